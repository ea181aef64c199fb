using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;

namespace MLNet.DeepCompression.Scoring;

/// <summary>Gives a graph the inputs and outputs that ML.NET's own ONNX transformer asks for by name.</summary>
internal static class NamedGraph
{
    /// <summary>A copy of the model whose inputs and outputs bear the names of their columns, with the bound outputs alone.</summary>
    public static OnnxModel NameAfterColumns(OnnxModel model, ModelBinding binding)
    {
        OnnxModel copy = model.Clone();
        GraphProto graph = copy.Proto.Graph;
        foreach (TensorBinding input in binding.Inputs.Where(input => input.Column != input.Tensor))
        {
            graph.Input.Single(value => value.Name == input.Tensor).Name = input.Column;
            graph.Node.Insert(0, Node("Identity", [input.Column], input.Tensor));
        }

        Dictionary<string, ValueInfoProto> outputs = graph.Output.ToDictionary(value => value.Name);
        graph.Output.Clear();
        foreach (TensorBinding output in binding.Outputs)
        {
            ValueInfoProto value = outputs[output.Tensor];
            if (output.Column != output.Tensor)
            {
                graph.Node.Add(Node("Identity", [output.Tensor], output.Column));
                value = value.Clone();
                value.Name = output.Column;
            }

            graph.Output.Add(value);
        }

        return copy;
    }

    /// <summary>Adds an output that is 1 for the class with the highest score and 0 for the others, shape (rows, classes).</summary>
    public static void AddBestClass(OnnxModel model, string scores, string output, int classes)
    {
        GraphProto graph = model.Proto.Graph;
        graph.Initializer.Add(new TensorProto { Name = output + ".rows", DataType = (int)TensorProto.Types.DataType.Int64, Dims = { 2 }, Int64Data = { -1, classes } });
        graph.Initializer.Add(new TensorProto { Name = output + ".depth", DataType = (int)TensorProto.Types.DataType.Int64, Dims = { 1 }, Int64Data = { classes } });
        graph.Initializer.Add(new TensorProto { Name = output + ".values", DataType = (int)TensorProto.Types.DataType.Float, Dims = { 2 }, FloatData = { 0, 1 } });
        graph.Node.Add(Node("Reshape", [scores, output + ".rows"], output + ".scores"));
        NodeProto best = Node("ArgMax", [output + ".scores"], output + ".class");
        best.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 1 });
        best.Attribute.Add(new AttributeProto { Name = "keepdims", Type = AttributeProto.Types.AttributeType.Int, I = 0 });
        graph.Node.Add(best);
        graph.Node.Add(Node("OneHot", [output + ".class", output + ".depth", output + ".values"], output));
        TensorShapeProto shape = new() { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "rows" }, new TensorShapeProto.Types.Dimension { DimValue = classes } } };
        graph.Output.Add(new ValueInfoProto { Name = output, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } } });
    }

    private static NodeProto Node(string op, string[] inputs, string output) => new() { OpType = op, Name = $"{op} for {output}", Input = { inputs }, Output = { output } };
}
