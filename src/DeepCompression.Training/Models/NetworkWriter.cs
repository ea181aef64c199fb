using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Models;

/// <summary>Writes a network layer by layer as an ONNX model, its weights drawn from a seed.</summary>
internal sealed class NetworkWriter
{
    private const long OpsetVersion = 17; // what the runtimes of recent years all understand
    private const long IrVersion = 8;

    private readonly Random _random;
    private readonly GraphProto _graph;

    public NetworkWriter(string name, int seed)
    {
        _graph = new GraphProto { Name = name };
        _random = new Random(seed);
    }

    /// <summary>Adds an input; a dimension of 0 is the batch.</summary>
    public string Input(string name, int elementType, params long[] shape)
    {
        ValueInfoProto input = ModelWriter.Info(name, new TensorType(elementType, shape));
        foreach (TensorShapeProto.Types.Dimension dimension in input.Type.TensorType.Shape.Dim.Where(dimension => dimension.DimValue == 0))
            dimension.DimParam = "batch";
        _graph.Input.Add(input);
        return name;
    }

    public string Node(string op, string output, string[] inputs, params (string Name, object Value)[] attributes)
    {
        NodeProto node = new() { OpType = op, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        foreach ((string name, object value) in attributes)
            node.Set(name, value);
        _graph.Node.Add(node);
        return output;
    }

    public string Node(string op, string output, params string[] inputs) => Node(op, output, inputs, []);

    /// <summary>A weight drawn from a normal distribution of variance 2 / fan-in (He et al. 2015, section 2.2).</summary>
    public string He(string name, long fanIn, params long[] shape)
    {
        float[] values = new float[Shapes.Length(shape)];
        double deviation = Math.Sqrt(2.0 / fanIn);
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
            values[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * _random.NextDouble()));
        }

        return Add(TensorProtos.Make(name, shape, values));
    }

    /// <summary>A weight drawn evenly from -bound to bound; the bound of Glorot and Bengio 2010, eq. 16, is sqrt(6 / (fan-in + fan-out)).</summary>
    public string Uniform(string name, double bound, params long[] shape)
    {
        float[] values = new float[Shapes.Length(shape)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(bound * ((2 * _random.NextDouble()) - 1));
        return Add(TensorProtos.Make(name, shape, values));
    }

    public string Fill(string name, float value, params long[] shape)
    {
        float[] values = new float[Shapes.Length(shape)];
        values.AsSpan().Fill(value);
        return Add(TensorProtos.Make(name, shape, values));
    }

    public string Ints(string name, params long[] values) => Add(TensorProtos.Make(name, [values.Length], values));

    /// <summary>A fully connected layer, x W' + b with W [outputs, inputs].</summary>
    public string Dense(string name, string x, long inputs, long outputs) =>
        Node("Gemm", name, [x, He($"{name}.weight", inputs, outputs, inputs), Fill($"{name}.bias", 0, outputs)], ("transB", 1L));

    /// <summary>A convolution with square windows.</summary>
    public string Conv(string name, string x, long inputs, long outputs, long kernel, long stride = 1, bool bias = true)
    {
        string weight = He($"{name}.weight", inputs * kernel * kernel, outputs, inputs, kernel, kernel);
        long pad = stride == 1 && kernel == 5 ? 0 : kernel / 2;
        string[] all = bias ? [x, weight, Fill($"{name}.bias", 0, outputs)] : [x, weight];
        return Node("Conv", name, all, ("kernel_shape", (long[])[kernel, kernel]), ("strides", (long[])[stride, stride]), ("pads", (long[])[pad, pad, pad, pad]));
    }

    public string BatchNormalization(string name, string x, long channels) => Node("BatchNormalization", name,
        [x, Fill($"{name}.scale", 1, channels), Fill($"{name}.bias", 0, channels), Fill($"{name}.mean", 0, channels), Fill($"{name}.variance", 1, channels)]);

    /// <summary>Ends the model with its one output.</summary>
    public ModelProto Finish(string output, params long[] shape)
    {
        ValueInfoProto info = ModelWriter.Info(output, new TensorType(TensorProtos.Float, shape));
        foreach (TensorShapeProto.Types.Dimension dimension in info.Type.TensorType.Shape.Dim.Where(dimension => dimension.DimValue == 0))
            dimension.DimParam = "batch";
        _graph.Output.Add(info);
        ModelProto model = new() { IrVersion = IrVersion, ProducerName = "DeepCompression.Training", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = OpsetVersion });
        return model;
    }

    private string Add(TensorProto tensor)
    {
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }
}
