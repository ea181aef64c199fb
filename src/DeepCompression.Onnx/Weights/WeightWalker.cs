using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>
/// Finds the dense floating-point constants of a model wherever they hide: initializers and Constant nodes of the graph, of
/// subgraphs (If, Loop, Scan) and of function bodies, with their data in the message or outside.
/// </summary>
public static class WeightWalker
{
    /// <summary>Finds the weights and other floating-point constants. The filter by role and size is the caller's.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Every constant once, however many nodes use it; initializers of a graph before its Constant nodes, outer graphs first.</returns>
    /// <exception cref="InvalidDataException">A tensor has an impossible shape, or two constants of one graph have the same name.</exception>
    /// <remarks>No element is read. Tensors of more than 2 GB are left out.</remarks>
    public static IReadOnlyList<Weight> Find(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        GraphScope[] scopes = [.. GraphScope.All(model.Proto)];
        var uses = new WeightUses(scopes);
        List<Weight> weights = [];
        foreach (GraphScope scope in scopes)
        {
            HashSet<string> names = [];
            foreach (Weight weight in FindIn(model, scope))
            {
                if (!names.Add(weight.Name))
                    throw new InvalidDataException($"{model.Name}: '{weight.Path}' is defined twice.".OneLine());
                WeightRoles.Describe(weight, uses);
                weights.Add(weight);
            }
        }

        return weights;
    }

    private static IEnumerable<Weight> FindIn(OnnxModel model, GraphScope scope)
    {
        foreach (TensorProto tensor in scope.Graph?.Initializer ?? [])
        {
            if (tensor.Name.Length > 0 && ShapeOf(model, tensor) is { } shape)
                yield return new Weight(model, scope, tensor, null, shape);
        }

        foreach (NodeProto node in scope.Nodes)
        {
            if (node.OpType != "Constant" || node.Domain is not ("" or "ai.onnx") || node.Output.Count != 1 || node.Attribute.Count != 1)
                continue;
            AttributeProto attribute = node.Attribute[0];
            if (attribute is { Name: "value", T: { } tensor } && ShapeOf(model, tensor) is { } shape)
                yield return new Weight(model, scope, tensor, node, shape);
            else if (attribute.Name == "value_floats" && attribute.RefAttrName.Length == 0)
                yield return new Weight(model, scope, node, attribute.Floats);
        }
    }

    private static TensorShape? ShapeOf(OnnxModel model, TensorProto tensor)
    {
        if (TensorTypes.ToElementType(tensor.DataType) is not { } type)
            return null;
        try
        {
            long elements = TensorTypes.CountElements(tensor);
            return elements > Array.MaxLength / type.GetSize() ? null : new TensorShape([.. tensor.Dims]);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new InvalidDataException($"{model.Name}: {e.Message}".OneLine(), e);
        }
    }
}
