using DeepCompression.ExecutionProvider.Graph;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Whether nodes can become one node without making the graph cyclic.</summary>
internal static class Fusion
{
    /// <summary>
    /// Sees whether no path leaves a claim and returns to it, where the claims accepted before count as one node each.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="claim">The claim in question.</param>
    /// <param name="accepted">The claims accepted before.</param>
    public static bool IsPossible(GraphView graph, Claim claim, IReadOnlyList<Claim> accepted)
    {
        // One operator with what only it feeds cannot be returned to.
        if (claim.Units.Count <= 1)
            return true;

        Dictionary<NodeView, Claim> owners = [];
        foreach (Claim other in accepted.Append(claim))
        {
            foreach (NodeView node in other.Nodes)
                owners[node] = other;
        }

        HashSet<object> reached = [];
        bool grew = true;
        while (grew)
        {
            grew = false;
            foreach (NodeView node in graph.Nodes)
            {
                object place = owners.TryGetValue(node, out Claim? owner) ? owner : node;
                foreach (ValueView? input in node.Inputs.Concat(node.ImplicitInputs))
                {
                    if (graph.Producer(input) is not NodeView producer)
                        continue;
                    object from = owners.TryGetValue(producer, out Claim? source) ? source : producer;
                    if (from == place || !(from == (object)claim || reached.Contains(from)))
                        continue;
                    if (place == (object)claim)
                        return false;
                    grew |= reached.Add(place);
                }
            }
        }

        return true;
    }
}
