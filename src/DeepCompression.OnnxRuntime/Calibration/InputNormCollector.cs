using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Verification;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime.Calibration;

/// <summary>
/// Measures what the weights of a model are fed with: the L2 norm of every input channel over calibration samples, which
/// <see cref="CompressionOptions.InputNorms"/> takes (Sun et al. 2023, "Wanda").
/// </summary>
/// <remarks>
/// Measured are the second factors of MatMul and Gemm, of two dimensions, and the kernels of Conv and ConvTranspose without
/// groups, where every use is in the model's own graph and of the same operator. Other weights have no norm; they are pruned by magnitude.
/// </remarks>
public sealed class InputNormCollector : IDisposable
{
    private readonly string _model;
    private readonly InferenceSession? _session; // null where no weight can be measured
    private readonly RunOptions _options = new();
    private readonly List<(ChannelSquares Squares, string Value)> _measured = [];
    private readonly string[] _fetched;

    /// <summary>Prepares a model whose inputs to weights can be read.</summary>
    /// <param name="model">A model that runs on ONNX Runtime; it is not changed.</param>
    /// <exception cref="InvalidDataException">ONNX Runtime does not load the model.</exception>
    public InputNormCollector(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model.Name;
        foreach (Weight weight in WeightWalker.Find(model))
        {
            if (weight.Consumers.Count == 0 || !weight.Consumers.All(use => IsMeasurable(use, weight) && use.OperatorType == weight.Consumers[0].OperatorType))
                continue;
            ChannelSquares squares = ChannelSquares.For(weight);
            _measured.AddRange(weight.Consumers.Select(use => (squares, use.Node.Input[0])));
        }

        _fetched = [.. _measured.Select(use => use.Value).Distinct()];
        if (_fetched.Length == 0)
            return;
        OnnxModel copy = model.Clone();
        HashSet<string> outputs = [.. copy.Proto.Graph.Output.Select(output => output.Name)];
        copy.Proto.Graph.Output.AddRange(_fetched.Where(outputs.Add).Select(name => new ValueInfoProto { Name = name }));
        try
        {
            using SessionOptions options = ModelRunner.OptionsFor(model);
            _session = new InferenceSession(copy.ToBytes(), options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{_model}: ONNX Runtime does not load it: {RuntimeMessage.Of(e)}.", e);
        }
    }

    /// <summary>Runs the model on one sample or one batch, and adds what its weights were fed with.</summary>
    /// <param name="inputNames">Names of the model's inputs.</param>
    /// <param name="inputs">A tensor for each of <paramref name="inputNames"/>.</param>
    /// <exception cref="InvalidDataException">The model does not run on these inputs.</exception>
    public void Add(IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs)
    {
        if (_session is null)
            return;
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> values = _session.Run(_options, inputNames, inputs, _fetched);
            foreach ((ChannelSquares squares, string value) in _measured)
            {
                OrtValue tensor = values[Array.IndexOf(_fetched, value)];
                squares.Add(tensor.GetTensorDataAsSpan<float>(), tensor.GetTensorTypeAndShape().Shape);
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{_model}: does not run on a calibration sample: {RuntimeMessage.Of(e)}.", e);
        }
    }

    /// <summary>Runs the model on one sample, and adds what its weights were fed with.</summary>
    /// <param name="sample">A sample that <see cref="InputBinding.Bind"/> made.</param>
    /// <exception cref="InvalidDataException">The model does not run on it.</exception>
    public void Add(InputSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        OrtValue[] inputs = [.. sample.Tensors.Select(tensor => tensor.ToOrtValue())];
        try
        {
            Add([.. sample.Tensors.Select(tensor => tensor.Name)], inputs);
        }
        finally
        {
            foreach (OrtValue input in inputs)
                input.Dispose();
        }
    }

    /// <summary>The norms over all samples so far.</summary>
    /// <returns>By the path of a weight, one norm an input channel.</returns>
    public IReadOnlyDictionary<string, float[]> GetNorms() =>
        _measured.Select(use => use.Squares).Distinct().ToDictionary(squares => squares.Path, squares => squares.ToNorms());

    /// <inheritdoc/>
    public void Dispose()
    {
        _session?.Dispose();
        _options.Dispose();
    }

    private static bool IsMeasurable(WeightConsumer use, Weight weight)
    {
        if (use.Scope.Length > 0 || use.InputIndex != 1 || weight.ElementType != ElementType.Float32)
            return false;
        return use.OperatorType switch
        {
            "MatMul" => weight.Shape.Rank == 2,
            "Gemm" => weight.Shape.Rank == 2 && Attribute(use.Node, "transA") == 0,
            "Conv" or "ConvTranspose" => weight.Shape.Rank > 2 && Attribute(use.Node, "group", 1) == 1,
            _ => false,
        };
    }

    internal static long Attribute(NodeProto node, string name, long missing = 0) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.I ?? missing;
}
