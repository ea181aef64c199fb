using DeepCompression.ExecutionProvider;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Provider;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Messages;
using DeepCompression.OnnxRuntime.Planning;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime;

/// <summary>Opens compressed models so that what the execution provider does not compute costs nothing at run time.</summary>
public static class CompressedModel
{
    private const long LeastTrimmed = 8 << 20; // bytes of tensors: below, what is freed is little and asking for it back costs more

    /// <summary>
    /// Creates a session: weights that the execution provider computes with stay compressed, all others are unpacked in memory first, so
    /// that ONNX Runtime treats them as in the dense model. Every form of model can be opened, a dense one as well.
    /// </summary>
    /// <param name="path">The model.</param>
    /// <param name="options">The options of the session, to which the execution provider is appended if it is not there yet; null for the defaults.</param>
    /// <param name="deepCompression">How to set the execution provider up; null for the defaults.</param>
    /// <returns>The session.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The model or a compressed weight is damaged.</exception>
    /// <exception cref="NotSupportedException">The model uses another version of our domain, an operator that it lacks, or a constant of a type that is not read.</exception>
    /// <exception cref="ObjectDisposedException">The options are disposed of.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no library for this platform, and <see cref="DeepCompressionOptions.Required"/> is set.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model.</exception>
    public static InferenceSession CreateSession(string path, SessionOptions? options = null, DeepCompressionOptions? deepCompression = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (options is null)
        {
            using SessionOptions defaults = new();
            return CreateSession(path, defaults, deepCompression);
        }

        (ReadOnlyMemory<byte> bytes, IDisposable? mapping) = OnnxModel.ReadFile(path);
        using (mapping)
            return Create(bytes, Path.GetFullPath(path), () => new InferenceSession(path, options), options, deepCompression);
    }

    /// <summary>Creates a session for a model in memory, as for a file.</summary>
    /// <param name="model">The model, without external data; it is not changed.</param>
    /// <param name="options">The options of the session, to which the execution provider is appended if it is not there yet.</param>
    /// <param name="deepCompression">How to set the execution provider up; null for the defaults.</param>
    /// <returns>The session.</returns>
    /// <exception cref="InvalidDataException">A compressed weight is damaged.</exception>
    /// <exception cref="NotSupportedException">The model uses another version of our domain, an operator that it lacks, or a constant of a type that is not read.</exception>
    /// <exception cref="ObjectDisposedException">The options are disposed of.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no library for this platform, and <see cref="DeepCompressionOptions.Required"/> is set.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model.</exception>
    public static InferenceSession CreateSession(OnnxModel model, SessionOptions options, DeepCompressionOptions? deepCompression = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        byte[] bytes = model.ToBytes();
        model.ReleasePages();
        return Create(bytes, model.Path, () => new InferenceSession(bytes, options), options, deepCompression);
    }

    private static InferenceSession Create(ReadOnlyMemory<byte> bytes, string? path, Func<InferenceSession> openAsItIs, SessionOptions options, DeepCompressionOptions? deepCompression)
    {
        ObjectDisposedException.ThrowIf(options.IsClosed, options);
        DeepCompressionReport report = options.AppendDeepCompression(deepCompression);
        ModelMessage model = FullParser.Outline(bytes, path);
        if (!model.HasWeights)
            return openAsItIs();
        if (report.Unavailable is not null || DeepCompressionProvider.Runtime is not OrtRuntime ort)
            return Open(FullParser.Unpack(model, _ => true), path, options);

        ModelPlan plan = FullParser.Named(path, Plan);
        long handedOver;
        InferenceSession session;
        using (PreparedKernels kernels = new(plan.Units, plan.Options.KernelOptions))
        using (SessionTensors tensors = new(ort))
        using (SessionModel prepared = new(plan, tensors))
        {
            byte[] content = FullParser.Named(path, () => Prepare(prepared, kernels, tensors, ort, plan.Options));
            using SessionCopy copy = new(ort, options);
            copy.AddSessionConfigEntry(ProviderOptions.DecidedEntry, "1");
            copy.LeaveOut(ort, IdleOptimizers.Find(plan.Model));
            tensors.AddTo(copy);
            session = Open(content, path, copy);
            handedOver = tensors.Bytes;
        }

        if (handedOver >= LeastTrimmed)
            NativeHeap.Trim();
        return session;

        ModelPlan Plan()
        {
            ModelPlan Make(ModelMessage model) => ModelPlan.Make(model, SessionOptionsExtensions.SettingsOf(options), options.IntraOpNumThreads, report);
            ModelPlan plan = Make(model);
            HashSet<string> unreadable = [.. plan.Graphs.SelectMany(graph => graph.Unreadable).SelectMany(node => node.Outputs)];
            if (unreadable.Count == 0 && !model.HasWeightsInFunctions && model.DomainVersion is null or NodeDomain.Version)
                return plan;
            return Make(new ModelMessage(FullParser.Unpack(model, node => node.Scope.Function is not null || unreadable.Contains(node.Name)), model.Path));
        }
    }

    // Before the session is created: from then on threads of ONNX Runtime spin.
    private static byte[] Prepare(SessionModel model, PreparedKernels kernels, SessionTensors tensors, OrtRuntime ort, ProviderOptions options)
    {
        byte[] content = model.Write();
        kernels.Build(tensors.Allocate(), tensors.Bytes);
        foreach (IReadOnlyList<PreparedUnit> units in model.Units)
        {
            SharedKernels shared = new(options.KernelOptions, kernels);
            foreach (PreparedUnit unit in units)
                unit.Compile(ort, options, shared);
        }

        return content;
    }

    private static InferenceSession Open(byte[] content, string? path, SessionOptions options)
    {
        if (path is not null)
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetDirectoryName(path)!);
        return new InferenceSession(content, options);
    }
}
