using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>A node of a model file, as the execution provider looks at nodes.</summary>
internal sealed class ModelNode : NodeView
{
    public ModelNode(NodeProto node, Func<string, ModelValue?> value)
    {
        Proto = node;
        (Name, OpType, Domain) = (node.Name, node.OpType, node.Domain);
        Inputs = [.. node.Input.Select(value)];
        Outputs = [.. node.Output.Select(value)];
        ImplicitInputs = [.. NamesRead(node).Except(node.Input).Select(value)];
    }

    /// <summary>The node's message.</summary>
    public NodeProto Proto { get; }

    /// <summary>The graphs of an attribute.</summary>
    public static IEnumerable<GraphProto> Graphs(AttributeProto attribute) => attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);

    /// <summary>What a node and its subgraphs read, each name once or more often.</summary>
    public static IEnumerable<string> NamesRead(NodeProto node) => node.Input.Concat(node.Attribute.SelectMany(Graphs).SelectMany(Captured));

    /// <inheritdoc/>
    public override long GetInt(string name, long fallback) => Find(name)?.I ?? fallback;

    /// <inheritdoc/>
    public override float GetFloat(string name, float fallback) => Find(name)?.F ?? fallback;

    /// <inheritdoc/>
    public override long[]? GetInts(string name) => Find(name)?.Ints.ToArray();

    /// <inheritdoc/>
    public override string GetString(string name, string fallback) => Find(name)?.S.ToStringUtf8() ?? fallback;

    /// <inheritdoc/>
    public override string[]? GetStrings(string name) => Find(name) is { } attribute ? [.. attribute.Strings.Select((ByteString text) => text.ToStringUtf8())] : null;

    /// <inheritdoc/>
    public override bool Has(string name) => Find(name) is not null;

    // What a subgraph reads and does not make itself.
    private static IEnumerable<string> Captured(GraphProto graph)
    {
        IEnumerable<string> made = [.. graph.Input.Select(input => input.Name), .. graph.Initializer.Select(tensor => tensor.Name), .. graph.Node.SelectMany(node => node.Output)];
        IEnumerable<string> read = [.. graph.Node.SelectMany(NamesRead), .. graph.Output.Select(output => output.Name)];
        return read.Where(name => name.Length > 0).Except(made);
    }

    private AttributeProto? Find(string name)
    {
        foreach (AttributeProto attribute in Proto.Attribute)
        {
            if (attribute.Name == name)
                return attribute;
        }

        return null;
    }
}
