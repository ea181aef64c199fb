using DeepCompression.Onnx.Schema;
using static DeepCompression.OnnxRuntime.Messages.FieldReader;

namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>A graph of a model, where it lies.</summary>
internal sealed class GraphMessage
{
    private const int MostLevels = 40; // of graphs in graphs: more than protobuf's limit of 100 messages allows

    public GraphMessage(ModelMessage model, Extent extent, int level = 0)
    {
        if (level > MostLevels)
            throw new InvalidDataException("the graphs of the model are nested too deeply");
        Extent = extent;
        FieldReader fields = new(model.Bytes, extent);
        while (fields.Next())
        {
            if (fields.Tag == ContentTag(GraphProto.NodeFieldNumber))
                Nodes.Add(new NodeMessage(model, fields.Content, level));
            else if (fields.Tag == ContentTag(GraphProto.InitializerFieldNumber))
                Initializers.Add(new TensorMessage(model, fields.Content));
            else if (fields.Tag == ContentTag(GraphProto.InputFieldNumber))
                Inputs.Add(new ValueMessage(model, fields.Content));
            else if (fields.Tag == ContentTag(GraphProto.OutputFieldNumber))
                Outputs.Add(new ValueMessage(model, fields.Content));
            else if (fields.Tag == ContentTag(GraphProto.ValueInfoFieldNumber))
                Values.Add(new ValueMessage(model, fields.Content));
            else if (fields.Tag == ContentTag(GraphProto.NameFieldNumber))
                Name = fields.GetText();
        }
    }

    /// <summary>Where the message lies.</summary>
    public Extent Extent { get; }

    public string Name { get; } = "";

    /// <summary>The nodes, in the order of the message.</summary>
    public List<NodeMessage> Nodes { get; } = [];

    /// <summary>The initializers, in the order of the message.</summary>
    public List<TensorMessage> Initializers { get; } = [];

    /// <summary>The inputs, in the order of the message.</summary>
    public List<ValueMessage> Inputs { get; } = [];

    public List<ValueMessage> Outputs { get; } = [];

    /// <summary>Types of values in between.</summary>
    public List<ValueMessage> Values { get; } = [];

    /// <summary>What the graph reads and does not make itself.</summary>
    public IEnumerable<string> Captured
    {
        get
        {
            HashSet<string> made = [.. Inputs.Select(input => input.Name), .. Initializers.Select(tensor => tensor.Name), .. Nodes.SelectMany(node => node.Outputs)];
            return Nodes.SelectMany(node => node.NamesRead).Concat(Outputs.Select(output => output.Name)).Where(name => name.Length > 0 && !made.Contains(name));
        }
    }
}
