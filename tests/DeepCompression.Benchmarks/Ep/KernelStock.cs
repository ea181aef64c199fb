using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>A tiny dense model on stock ONNX Runtime: what the kernels are measured against.</summary>
internal sealed class KernelStock : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values = [];

    /// <summary>Makes a session of nodes that read the input <c>x</c> and write <c>y</c>.</summary>
    public KernelStock(IEnumerable<NodeProto> nodes, IEnumerable<TensorProto> weights, (float[] Values, long[] Shape) x, long[] outputShape, int threads, bool warm = true)
    {
        GraphProto graph = new() { Name = "stock" };
        graph.Node.AddRange(nodes);
        graph.Initializer.AddRange(weights);
        graph.Input.Add(Value("x", x.Shape));
        graph.Output.Add(Value("y", outputShape));
        ModelProto model = new() { IrVersion = 9, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        using SessionOptions options = new() { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.force_spinning_stop", "1"); // threads that spin after a run would slow ours
        _session = new InferenceSession(model.ToByteArray(), options);
        _binding = _session.CreateIoBinding();
        OrtValue input = OrtValue.CreateTensorValueFromMemory(x.Values, x.Shape);
        OrtValue output = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, outputShape);
        _values.AddRange([input, output]);
        _binding.BindInput("x", input);
        _binding.BindOutput("y", output);
        if (warm)
            Run();
    }

    /// <summary>The output of the last run.</summary>
    public ReadOnlySpan<float> Output => _values[1].GetTensorDataAsSpan<float>();

    /// <summary>Computes y.</summary>
    public void Run() => _session.RunWithBinding(_options, _binding);

    public void Dispose()
    {
        _binding.Dispose();
        _values.ForEach(value => value.Dispose());
        _options.Dispose();
        _session.Dispose();
    }

    /// <summary>A node with attributes of the types the benchmarks need.</summary>
    public static NodeProto Node(string op, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        NodeProto node = new() { OpType = op };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        foreach ((string name, object value) in attributes)
        {
            AttributeProto attribute = new() { Name = name };
            switch (value)
            {
                case int number:
                    (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, number);
                    break;
                case long[] numbers:
                    attribute.Type = AttributeProto.Types.AttributeType.Ints;
                    attribute.Ints.AddRange(numbers);
                    break;
                default:
                    throw new NotSupportedException($"Attributes of type {value.GetType()} are not needed here.");
            }

            node.Attribute.Add(attribute);
        }

        return node;
    }

    /// <summary>A float32 initializer.</summary>
    public static TensorProto Tensor(string name, ReadOnlySpan<float> values, params long[] shape)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)TensorProto.Types.DataType.Float, RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values)) };
        tensor.Dims.AddRange(shape);
        return tensor;
    }

    /// <summary>A uint8 initializer.</summary>
    public static TensorProto Bytes(string name, ReadOnlySpan<byte> values, params long[] shape)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)TensorProto.Types.DataType.Uint8, RawData = ByteString.CopyFrom(values) };
        tensor.Dims.AddRange(shape);
        return tensor;
    }

    private static ValueInfoProto Value(string name, long[] shape)
    {
        TypeProto.Types.Tensor type = new() { ElemType = (int)TensorProto.Types.DataType.Float, Shape = new TensorShapeProto() };
        type.Shape.Dim.AddRange(shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }
}
