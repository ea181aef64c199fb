using DeepCompression.Onnx.Schema;
using static DeepCompression.OnnxRuntime.Messages.FieldReader;

namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>A node of a model, where it lies.</summary>
internal sealed class NodeMessage
{
    private readonly ModelMessage _model;

    public NodeMessage(ModelMessage model, Extent extent, int level)
    {
        (_model, Extent) = (model, extent);
        List<string> inputs = [], outputs = [];
        List<AttributeMessage> attributes = [];
        FieldReader fields = new(model.Bytes, extent);
        while (fields.Next())
        {
            if (fields.Tag == ContentTag(NodeProto.InputFieldNumber))
                inputs.Add(fields.GetText());
            else if (fields.Tag == ContentTag(NodeProto.OutputFieldNumber))
                outputs.Add(fields.GetText());
            else if (fields.Tag == ContentTag(NodeProto.NameFieldNumber))
                Name = fields.GetText();
            else if (fields.Tag == ContentTag(NodeProto.OpTypeFieldNumber))
                OpType = fields.GetText();
            else if (fields.Tag == ContentTag(NodeProto.DomainFieldNumber))
                Domain = fields.GetText();
            else if (fields.Tag == ContentTag(NodeProto.AttributeFieldNumber))
                attributes.Add(new AttributeMessage(model, fields.Content, level));
        }

        (Inputs, Outputs, Attributes) = (inputs, outputs, attributes);
        HasGraphs = attributes.Exists(attribute => attribute.Graphs.Count > 0);
    }

    /// <summary>Where the message lies.</summary>
    public Extent Extent { get; }

    public string Name { get; } = "";

    public string OpType { get; } = "";

    public string Domain { get; } = "";

    public List<string> Inputs { get; }

    public List<string> Outputs { get; }

    public List<AttributeMessage> Attributes { get; }

    /// <summary>Whether the node is an operator of ONNX itself.</summary>
    public bool IsOnnx => Domain is "" or "ai.onnx";

    /// <summary>The graphs in the attributes.</summary>
    public IEnumerable<GraphMessage> Graphs => HasGraphs ? Attributes.SelectMany(attribute => attribute.Graphs) : [];

    /// <summary>The tensor that a <c>Constant</c> node yields; null for another node.</summary>
    public TensorMessage? Constant => OpType == "Constant" && IsOnnx && Outputs.Count == 1 && Attributes is [{ Name: "value", Tensor: Extent tensor }] ? new TensorMessage(_model, tensor) : null;

    /// <summary>What the node and its subgraphs read, each name once or more often.</summary>
    public IEnumerable<string> NamesRead => HasGraphs ? Inputs.Concat(Captured) : Inputs;

    /// <summary>What the node's subgraphs read from around it.</summary>
    public IEnumerable<string> Captured => HasGraphs ? Graphs.SelectMany(graph => graph.Captured) : [];

    /// <summary>Whether there are graphs in the attributes.</summary>
    public bool HasGraphs { get; }
}
