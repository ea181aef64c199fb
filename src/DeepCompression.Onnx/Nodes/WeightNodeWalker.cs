using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Finds the nodes of our domain in a model.</summary>
public static class WeightNodeWalker
{
    /// <summary>Finds the nodes that stand for weights, in graphs, subgraphs and function bodies.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The nodes, outer graphs first, in the order of the graph.</returns>
    /// <exception cref="NotSupportedException">The file uses another version of the domain, or an operator that this version lacks.</exception>
    public static IReadOnlyList<WeightNode> Find(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        List<WeightNode> nodes = [];
        foreach (GraphScope scope in GraphScope.All(model.Proto))
        {
            foreach (NodeProto node in scope.Nodes.Where(node => node.Domain == NodeDomain.Name))
            {
                if (node.OpType is not (NodeDomain.SparseWeight or NodeDomain.SharedWeight or NodeDomain.PrunedWeight or NodeDomain.PackedWeight) || node.Output.Count != 1)
                    throw new NotSupportedException($"{model.Name}: node '{GraphScope.Label(node)}': version {NodeDomain.Version} of {NodeDomain.Name} has no operator {node.OpType} with {node.Output.Count} outputs.".OneLine());
                nodes.Add(new WeightNode(model, scope, node));
            }
        }

        OperatorSetIdProto? version = model.Proto.OpsetImport.FirstOrDefault(import => import.Domain == NodeDomain.Name);
        if (nodes.Count > 0 && version is not null && version.Version != NodeDomain.Version)
            throw new NotSupportedException($"{model.Name}: version {version.Version} of {NodeDomain.Name} is not read; version {NodeDomain.Version} is.");
        return nodes;
    }
}
