using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Training.Graphs;

/// <summary>Reads and writes the attributes of a node.</summary>
internal static class NodeAttributes
{
    public static AttributeProto? Find(this NodeProto node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

    public static bool Has(this NodeProto node, string name) => node.Find(name) is not null;

    public static long Int(this NodeProto node, string name, long otherwise) => node.Find(name)?.I ?? otherwise;

    public static float Float(this NodeProto node, string name, float otherwise) => node.Find(name)?.F ?? otherwise;

    public static string Text(this NodeProto node, string name, string otherwise) => node.Find(name)?.S.ToStringUtf8() ?? otherwise;

    public static long[] Ints(this NodeProto node, string name, params long[] otherwise) => node.Find(name) is { } found ? [.. found.Ints] : otherwise;

    /// <summary>An input, or the empty name where the node has none at that place.</summary>
    public static string In(this NodeProto node, int index) => index < node.Input.Count ? node.Input[index] : "";

    /// <summary>The values that a node reads: its inputs, and those that its subgraphs take from outside.</summary>
    public static IEnumerable<string> Reads(this NodeProto node) =>
        node.Input.Where(input => input.Length > 0).Concat(node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => OuterValues(attribute.G)));

    private static IEnumerable<string> OuterValues(GraphProto body)
    {
        HashSet<string> inner = [.. body.Input.Select(input => input.Name), .. body.Initializer.Select(tensor => tensor.Name), .. body.Node.SelectMany(node => node.Output)];
        return body.Node.SelectMany(Reads).Concat(body.Output.Select(output => output.Name)).Where(value => !inner.Contains(value));
    }

    /// <summary>Sets an attribute from a long, int, float, string, long[], float[], string[] or graph, or as another node has it.</summary>
    public static NodeProto Set(this NodeProto node, string name, object value)
    {
        node.Remove(name);
        AttributeProto attribute = new() { Name = name };
        switch (value)
        {
            case int i: attribute.I = i; attribute.Type = AttributeProto.Types.AttributeType.Int; break;
            case long l: attribute.I = l; attribute.Type = AttributeProto.Types.AttributeType.Int; break;
            case float f: attribute.F = f; attribute.Type = AttributeProto.Types.AttributeType.Float; break;
            case string s: attribute.S = ByteString.CopyFromUtf8(s); attribute.Type = AttributeProto.Types.AttributeType.String; break;
            case long[] ints: attribute.Ints.Add(ints); attribute.Type = AttributeProto.Types.AttributeType.Ints; break;
            case float[] floats: attribute.Floats.Add(floats); attribute.Type = AttributeProto.Types.AttributeType.Floats; break;
            case string[] texts: attribute.Strings.Add(texts.Select(ByteString.CopyFromUtf8)); attribute.Type = AttributeProto.Types.AttributeType.Strings; break;
            case AttributeProto other: attribute = other.Clone(); attribute.Name = name; break;
            case GraphProto graph: attribute.G = graph; attribute.Type = AttributeProto.Types.AttributeType.Graph; break;
            default: throw new ArgumentException($"An attribute cannot be a {value.GetType()}.", nameof(value));
        }

        node.Attribute.Add(attribute);
        return node;
    }

    public static void Remove(this NodeProto node, string name)
    {
        if (node.Find(name) is { } found)
            node.Attribute.Remove(found);
    }

    /// <summary>How an error names a node: its operator, and its name or first output.</summary>
    public static string Describe(this NodeProto node) =>
        $"{(node.Domain.Length > 0 ? node.Domain + "." : "")}{node.OpType} node '{(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(output => output.Length > 0) ?? "")}'";
}
