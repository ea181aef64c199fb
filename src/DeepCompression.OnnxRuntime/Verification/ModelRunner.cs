using System.Collections.Immutable;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>Runs a model on ONNX Runtime, one sample at a time.</summary>
public sealed class ModelRunner : IDisposable
{
    private const string ExternalDataFolder = "session.model_external_initializers_file_folder_path";

    private readonly string _source;
    private readonly InferenceSession _session;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;

    private ModelRunner(string source, InferenceSession session)
    {
        _source = source;
        _session = session;
        _inputNames = [.. session.InputNames];
        _outputNames = [.. session.OutputNames.Where(name => session.OutputMetadata[name].OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR)];
        SkippedOutputs = [.. session.OutputNames.Except(_outputNames)];
        Inputs = [.. _inputNames.Select(Declare)];
    }

    /// <summary>The inputs that the model declares, in its order.</summary>
    public ImmutableArray<InputDeclaration> Inputs { get; }

    /// <summary>The outputs that are read, in the model's order.</summary>
    public IReadOnlyList<string> OutputNames => _outputNames;

    /// <summary>Outputs that are sequences or maps and are not read.</summary>
    public ImmutableArray<string> SkippedOutputs { get; }

    /// <summary>Loads a model from a file.</summary>
    /// <param name="path">The model; external data is looked for beside it.</param>
    /// <param name="options">The session's options; the runtime's defaults when null.</param>
    /// <returns>A runner.</returns>
    /// <exception cref="InvalidDataException">ONNX Runtime does not load the file.</exception>
    /// <exception cref="NotSupportedException">An input is not a tensor of numbers.</exception>
    public static ModelRunner Open(string path, SessionOptions? options = null) =>
        Create(path, options, null, o => new InferenceSession(Path.GetFullPath(path), o));

    /// <summary>Loads a model from memory.</summary>
    /// <param name="model">A serialized model without external data.</param>
    /// <param name="source">The model's name, for messages.</param>
    /// <param name="options">The session's options; the runtime's defaults when null.</param>
    /// <returns>A runner.</returns>
    /// <exception cref="InvalidDataException">ONNX Runtime does not load the model.</exception>
    /// <exception cref="NotSupportedException">An input is not a tensor of numbers.</exception>
    public static ModelRunner Open(byte[] model, string source, SessionOptions? options = null) =>
        Create(source, options, null, o => new InferenceSession(model, o));

    /// <summary>Loads a model that is already read, or made in memory. Packed weights are unpacked first: the runtime does not know them.</summary>
    /// <param name="model">The model; external data is looked for in the folder that it came from.</param>
    /// <param name="options">The session's options; the runtime's defaults when null.</param>
    /// <returns>A runner.</returns>
    /// <exception cref="InvalidDataException">ONNX Runtime does not load the model, or it is larger than 2 GB without external data.</exception>
    /// <exception cref="NotSupportedException">An input is not a tensor of numbers.</exception>
    public static ModelRunner Open(OnnxModel model, SessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using SessionOptions? own = options is null ? OptionsFor(model) : null;
        if (options is not null && model.Path is not null)
            options.AddSessionConfigEntry(ExternalDataFolder, Path.GetDirectoryName(model.Path));
        bool isPacked = WeightNodeWalker.Find(model).Any(node => node.OperatorType == NodeDomain.PackedWeight);
        OnnxModel runnable = isPacked ? ModelUnpacker.Unpack(model) : model;
        return Create(model.Name, options ?? own, model.Proto, o => new InferenceSession(runnable.ToBytes(), o));
    }

    /// <summary>Runs the model once.</summary>
    /// <param name="sample">Tensors in the order of <see cref="Inputs"/>, as <see cref="InputBinding.Bind"/> makes them.</param>
    /// <returns>The outputs in the order of <see cref="OutputNames"/>.</returns>
    /// <exception cref="InvalidDataException">The model does not run on these inputs.</exception>
    public IReadOnlyList<TensorValue> Run(InputSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        OrtValue[] inputs = [.. sample.Tensors.Select(t => t.ToOrtValue())];
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = Run(inputs, sample.Source);
            return [.. outputs.Select((value, i) => TensorValue.FromOrtValue(_outputNames[i], value))];
        }
        finally
        {
            foreach (OrtValue input in inputs)
                input.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private IDisposableReadOnlyCollection<OrtValue> Run(OrtValue[] inputs, string sampleSource)
    {
        try
        {
            using var options = new RunOptions();
            return _session.Run(options, _inputNames, inputs, _outputNames);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{_source}: does not run on {sampleSource}: {RuntimeMessage.Of(e)}.", e);
        }
    }

    private static ModelRunner Create(string source, SessionOptions? options, ModelProto? model, Func<SessionOptions, InferenceSession> create)
    {
        using SessionOptions? own = options is null ? QuietOptions() : null;
        InferenceSession session;
        try
        {
            session = create(options ?? own!);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{source}: ONNX Runtime does not load it: {RuntimeMessage.Of(e, model)}.", e);
        }

        try
        {
            return new ModelRunner(source, session);
        }
        catch (NotSupportedException e)
        {
            session.Dispose();
            throw new NotSupportedException($"{source}: {e.Message}", e);
        }
    }

    /// <summary>Options under which the runtime reports failures by exceptions alone and writes no warnings.</summary>
    internal static SessionOptions QuietOptions() => new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    /// <summary>Quiet options with the folder of a model's external data.</summary>
    internal static SessionOptions OptionsFor(OnnxModel model)
    {
        SessionOptions options = QuietOptions();
        if (model.Path is not null)
            options.AddSessionConfigEntry(ExternalDataFolder, Path.GetDirectoryName(model.Path));
        return options;
    }

    private InputDeclaration Declare(string name)
    {
        NodeMetadata metadata = _session.InputMetadata[name];
        if (metadata.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR)
            throw new NotSupportedException($"input '{name}' is not a tensor; only tensors can be fed.");
        try
        {
            TensorElements.GetSize(metadata.ElementDataType);
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"input '{name}': {e.Message}", e);
        }

        return new InputDeclaration(name, metadata.ElementDataType, [.. metadata.Dimensions.Select(d => (long)d)], [.. metadata.SymbolicDimensions.Select(s => s ?? "")]);
    }
}
