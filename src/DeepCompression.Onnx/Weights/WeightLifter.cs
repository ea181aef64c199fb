using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>
/// Makes weights inputs of the model, so that a caller can try other values for them without loading the model again.
/// </summary>
public static class WeightLifter
{
    /// <summary>The prefix of the input's name for a weight of a subgraph, whose own name may not be free in the model's graph.</summary>
    private const string Prefix = "lifted:";

    /// <summary>Whether a weight can become an input: the body of a function sees no outer value.</summary>
    /// <param name="weight">A weight.</param>
    /// <returns>False in the body of a function.</returns>
    public static bool CanLift(Weight weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return weight.Scope.Function is null;
    }

    /// <summary>The name of the input that a weight becomes.</summary>
    /// <param name="weight">A weight.</param>
    /// <returns>The weight's name, or for a weight of a subgraph its path behind a prefix.</returns>
    public static string InputName(Weight weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return weight.Scope.Path.Length == 0 ? weight.Name : Prefix + weight.Path;
    }

    /// <summary>Copies the model with some of its weights as inputs behind its own.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="weights">Weights that <see cref="WeightWalker"/> found in it.</param>
    /// <returns>The copy. A weight of a subgraph is passed in by an <c>Identity</c> node of its name.</returns>
    /// <exception cref="NotSupportedException">A weight is in the body of a function.</exception>
    public static OnnxModel Lift(OnnxModel model, IReadOnlyCollection<Weight> weights)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.FirstOrDefault(weight => !CanLift(weight)) is { } inFunction)
            throw new NotSupportedException($"{model.Name}: '{inFunction.Path}' is in the body of a function and cannot become an input.");

        HashSet<string> paths = [.. weights.Select(weight => weight.Path)];
        OnnxModel lifted = model.Clone();
        foreach (Weight weight in WeightWalker.Find(lifted).Where(weight => paths.Contains(weight.Path)))
        {
            Remove(weight);
            AddInput(lifted.Proto.Graph, weight);
        }

        return lifted;
    }

    private static void Remove(Weight weight)
    {
        GraphProto graph = weight.Scope.Graph!;
        bool inSubgraph = weight.Scope.Path.Length > 0;
        var identity = new NodeProto { OpType = "Identity", Input = { InputName(weight) }, Output = { weight.Name } };
        if (weight.ConstantNode is { } constant)
        {
            int index = IndexOf(graph.Node, constant);
            if (inSubgraph)
                graph.Node[index] = identity;
            else
                graph.Node.RemoveAt(index);
            return;
        }

        graph.Initializer.RemoveAt(IndexOf(graph.Initializer, weight.Tensor!));
        if (inSubgraph)
            graph.Node.Insert(0, identity);
    }

    private static void AddInput(GraphProto graph, Weight weight)
    {
        string name = InputName(weight);
        if (graph.Input.Any(input => input.Name == name))
            return;
        var shape = new TensorShapeProto();
        foreach (long dimension in weight.Shape.Dimensions)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dimension });
        graph.Input.Add(new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)weight.ElementType, Shape = shape } },
        });
    }

    // By reference: comparing messages would compare their contents.
    private static int IndexOf<T>(IList<T> list, T item)
        where T : class
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (ReferenceEquals(list[i], item))
                return i;
        }

        throw new InvalidOperationException("The weight is not in its graph.");
    }
}
