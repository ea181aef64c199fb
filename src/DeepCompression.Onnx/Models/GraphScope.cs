using DeepCompression.Onnx.Schema;
using Google.Protobuf.Collections;

namespace DeepCompression.Onnx;

/// <summary>A place where nodes stand: the model's graph, a subgraph of a node, or the body of a function.</summary>
internal sealed class GraphScope
{
    private GraphScope(string path, GraphProto? graph, FunctionProto? function, GraphScope? parent)
    {
        Path = path;
        Graph = graph;
        Function = function;
        Parent = parent;
    }

    /// <summary>Where the scope is, with a slash at its end; empty for the model's graph.</summary>
    public string Path { get; }

    /// <summary>The graph, or null in a function.</summary>
    public GraphProto? Graph { get; }

    /// <summary>The function whose body this scope or an outer one is, or null.</summary>
    public FunctionProto? Function { get; }

    /// <summary>The scope whose names are visible here, or null.</summary>
    public GraphScope? Parent { get; }

    /// <summary>The nodes in topological order.</summary>
    public RepeatedField<NodeProto> Nodes => Graph?.Node ?? Function!.Node;

    /// <summary>Every scope of the model, outer ones first. Functions of our own domain are not the model's and are left out.</summary>
    public static IEnumerable<GraphScope> All(ModelProto proto)
    {
        IEnumerable<GraphScope> functions = proto.Functions
            .Where(function => function.Domain != NodeDomain.Name)
            .Select(function => new GraphScope($"{function.Domain}.{function.Name}/", null, function, null));
        return functions.Prepend(new GraphScope("", proto.Graph, null, null)).SelectMany(scope => scope.WithSubgraphs());
    }

    /// <summary>A short name for a node in messages: its name, else its operator and first output.</summary>
    public static string Label(NodeProto node) =>
        node.Name.Length > 0 ? node.Name : $"{node.OpType}({node.Output.FirstOrDefault()})";

    private IEnumerable<GraphScope> WithSubgraphs()
    {
        yield return this;
        foreach (NodeProto node in Nodes)
        {
            foreach (AttributeProto attribute in node.Attribute)
            {
                IEnumerable<GraphProto> graphs = attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);
                foreach (GraphProto graph in graphs)
                {
                    var scope = new GraphScope($"{Path}{Label(node)}.{attribute.Name}/", graph, Function, this);
                    foreach (GraphScope inner in scope.WithSubgraphs())
                        yield return inner;
                }
            }
        }
    }
}
