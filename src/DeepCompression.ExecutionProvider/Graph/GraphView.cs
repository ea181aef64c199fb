namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>A graph as a list of nodes in topological order, with the edges by value name.</summary>
internal sealed class GraphView
{
    private readonly Dictionary<string, NodeView> _producers = [];
    private readonly Dictionary<string, List<Reader>> _readers = [];

    public GraphView(string name, NodeView[] nodes)
    {
        (Name, Nodes) = (name, nodes);
        foreach (NodeView node in Nodes)
        {
            foreach (ValueView? output in node.Outputs)
            {
                if (output is not null)
                    _producers[output.Name] = node;
            }

            for (int i = 0; i < node.Inputs.Length; i++)
                AddReader(node.Inputs[i], node, i);
            foreach (ValueView? input in node.ImplicitInputs)
                AddReader(input, node, Subgraph);
        }
    }

    /// <summary>Stands for the place of an input that only a subgraph of the node reads.</summary>
    public const int Subgraph = -1;

    /// <summary>The graph's name.</summary>
    public string Name { get; }

    /// <summary>The nodes in topological order.</summary>
    public NodeView[] Nodes { get; }

    /// <summary>The node that yields a value; null for inputs and constants.</summary>
    public NodeView? Producer(ValueView? value) => value is null ? null : _producers.GetValueOrDefault(value.Name);

    /// <summary>The nodes that read a value, with the place at which each does.</summary>
    public IReadOnlyList<Reader> Readers(ValueView? value) =>
        value is not null && _readers.TryGetValue(value.Name, out List<Reader>? readers) ? readers : [];

    /// <summary>The node that alone reads a value which does not leave the graph; null where there is no such node, or it has no output.</summary>
    public NodeView? OnlyReader(ValueView? value) =>
        value is { IsGraphOutput: false } && Readers(value) is [{ Input: not Subgraph, Node.Outputs.Length: > 0 } reader] ? reader.Node : null;

    private void AddReader(ValueView? value, NodeView node, int input)
    {
        if (value is null)
            return;
        if (!_readers.TryGetValue(value.Name, out List<Reader>? readers))
            _readers[value.Name] = readers = [];
        readers.Add(new Reader(node, input));
    }

    /// <summary>A node that reads a value, and the place among its inputs. A class: lists of structs are compiled when they are first used.</summary>
    internal sealed record Reader(NodeView Node, int Input);
}
