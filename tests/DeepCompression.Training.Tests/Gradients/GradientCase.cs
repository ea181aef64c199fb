using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Tests.Gradients;

/// <summary>One node with its inputs: what a rule is checked on. Float inputs are differentiated, constants are not.</summary>
internal sealed class GradientCase(string op, Random random, int outputs = 1, string domain = "")
{
    private readonly ModelProto _model = new() { IrVersion = 9, Graph = new GraphProto { Name = "case" } };
    private readonly NodeProto _node = new() { OpType = op, Name = "tested", Domain = domain };

    /// <summary>The values of the inputs that are fed.</summary>
    public Dictionary<string, (long[] Shape, Array Values)> Fed { get; } = [];

    public Random Random => random;

    /// <summary>Values without ties, none nearer to 0 or to a multiple of 1/2 than 0.02, shuffled.</summary>
    public GradientCase Distinct(params long[] shape) => Feed(shape, (i, n) => (i - (n / 2) + 0.5f) * 0.05f);

    /// <summary>Distinct values above 0.3.</summary>
    public GradientCase Positive(params long[] shape) => Feed(shape, (i, _) => 0.33f + (i * 0.05f));

    /// <summary>Small values around 0, as weights are.</summary>
    public GradientCase Small(params long[] shape) => Feed(shape, (i, n) => ((i + 0.5f) / n) - 0.5f);

    public GradientCase Ints(int below, params long[] shape)
    {
        long[] values = [.. Enumerable.Range(0, (int)Shapes.Length(shape)).Select(_ => (long)random.Next(below))];
        Add(shape, TensorProtos.Int64, values);
        return this;
    }

    public GradientCase Flags(params long[] shape)
    {
        bool[] values = [.. Enumerable.Range(0, (int)Shapes.Length(shape)).Select(_ => random.Next(2) == 1)];
        Add(shape, TensorProtos.Bool, values);
        return this;
    }

    public GradientCase Constant(params long[] values) => Constant(TensorProtos.Make("", [values.Length], values));

    public GradientCase Constant(float value) => Constant(TensorProtos.Make("", [], [value]));

    public GradientCase Constant(long[] shape, float[] values) => Constant(TensorProtos.Make("", shape, values));

    /// <summary>An input that is left out.</summary>
    public GradientCase None()
    {
        _node.Input.Add("");
        return this;
    }

    public GradientCase With(string name, object value)
    {
        _node.Set(name, value);
        return this;
    }

    public ModelProto Model(int version = 17)
    {
        for (int i = 0; i < outputs; i++)
        {
            _node.Output.Add($"y{i}");
            _model.Graph.Output.Add(new ValueInfoProto { Name = $"y{i}" });
        }

        _model.Graph.Node.Add(_node);
        _model.OpsetImport.Add(new OperatorSetIdProto { Version = version });
        _model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        return _model;
    }

    private GradientCase Constant(TensorProto tensor)
    {
        tensor.Name = $"c{_node.Input.Count}";
        _model.Graph.Initializer.Add(tensor);
        _node.Input.Add(tensor.Name);
        return this;
    }

    private GradientCase Feed(long[] shape, Func<int, int, float> value)
    {
        int length = (int)Shapes.Length(shape);
        float[] values = [.. Enumerable.Range(0, length).Select(i => value(i, length))];
        random.Shuffle(values);
        Add(shape, TensorProtos.Float, values);
        return this;
    }

    private void Add(long[] shape, int elementType, Array values)
    {
        string name = $"x{_node.Input.Count}";
        _model.Graph.Input.Add(ModelWriter.Info(name, new TensorType(elementType, shape)));
        Fed.Add(name, (shape, values));
        _node.Input.Add(name);
    }
}
