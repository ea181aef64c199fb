using DeepCompression.ExecutionProvider;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Provider;
using DeepCompression.Onnx;
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

        OnnxModel model = OnnxModel.Load(path);
        try
        {
            return Create(model, () => new InferenceSession(path, options), options, deepCompression);
        }
        finally
        {
            model.Unmap();
        }
    }

    /// <summary>Creates a session for a model in memory, as for a file.</summary>
    /// <param name="model">The model, without external data; it is not changed.</param>
    /// <param name="options">The options of the session, to which the execution provider is appended if it is not there yet.</param>
    /// <param name="deepCompression">How to set the execution provider up; null for the defaults.</param>
    /// <returns>The session.</returns>
    /// <exception cref="InvalidDataException">A compressed weight is damaged.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no library for this platform, and <see cref="DeepCompressionOptions.Required"/> is set.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model.</exception>
    public static InferenceSession CreateSession(OnnxModel model, SessionOptions options, DeepCompressionOptions? deepCompression = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        InferenceSession session = Create(model.Clone(), () => new InferenceSession(model.ToBytes(), options), options, deepCompression);
        model.ReleasePages();
        return session;
    }

    // The model is this method's own.
    private static InferenceSession Create(OnnxModel model, Func<InferenceSession> openAsItIs, SessionOptions options, DeepCompressionOptions? deepCompression)
    {
        DeepCompressionReport report = options.AppendDeepCompression(deepCompression);
        if (WeightNodeWalker.Find(model).Count == 0)
            return openAsItIs();

        OrtRuntime? ort = report.Unavailable is null ? DeepCompressionProvider.Runtime : null;
        ModelPlan plan = ModelPlan.Make(model, SessionOptionsExtensions.SettingsOf(options), options.IntraOpNumThreads, ort is not null, report);
        if (ort is null)
        {
            new SessionModel(model, plan, null).Prepare(null);
            return Open(model, options);
        }

        long bytes;
        InferenceSession session;
        using (PreparedKernels kernels = new(plan.Units, plan.KernelOptions, SessionModel.Prepared(model, plan)))
        using (SessionTensors tensors = new(ort))
        {
            new SessionModel(model, plan, tensors).Prepare(kernels);
            using SessionCopy copy = new(ort, options);
            copy.AddSessionConfigEntry(ProviderOptions.DecidedEntry, Published<PreparedKernels>.Add(kernels));
            tensors.AddTo(copy);
            session = Open(model, copy);
            bytes = tensors.Bytes;
        }

        if (bytes >= LeastTrimmed)
            NativeHeap.Trim();
        return session;
    }

    private static InferenceSession Open(OnnxModel model, SessionOptions options)
    {
        if (model.Path is not null)
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetDirectoryName(model.Path)!);
        return new InferenceSession(model.ToBytes(), options);
    }
}
