using DeepCompression.Onnx.Schema;
using Google.Protobuf.Collections;

namespace DeepCompression.Onnx;

/// <summary>Takes a dense weight out of its graph and puts a node of a standard operator there that yields it.</summary>
internal static class DenseReplacement
{
    /// <summary>Replaces a weight by a node whose inputs are new initializers.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="node">The node, without inputs and outputs.</param>
    /// <param name="inputs">Its constant inputs.</param>
    public static void Replace(Weight weight, NodeProto node, params ReadOnlySpan<NodeInput> inputs)
    {
        GraphProto graph = weight.Scope.Graph!;
        int index = Remove(weight);
        node.Output.Add(weight.Name);
        foreach (NodeInput input in inputs)
            node.Input.Add(AddInitializer(graph, $"{weight.Name}.{input.Suffix}", input));
        graph.Node.Insert(index, node);
    }

    /// <summary>Adds an initializer.</summary>
    /// <returns>Its name: the one that was asked for, or one like it that is free.</returns>
    public static string AddInitializer(GraphProto graph, string name, NodeInput content)
    {
        while (graph.Initializer.Any(other => other.Name == name) || graph.Node.Any(node => node.Output.Contains(name)) || graph.Input.Any(input => input.Name == name))
            name += "_";
        var tensor = new TensorProto { Name = name };
        tensor.SetContent(content.DataType, content.Dimensions, content.Content);
        graph.Initializer.Add(tensor);
        return name;
    }

    /// <summary>Removes a weight from its graph.</summary>
    /// <returns>Where a node that yields it can stand.</returns>
    public static int Remove(Weight weight)
    {
        GraphProto graph = weight.Scope.Graph!;
        if (graph.Input.FirstOrDefault(input => input.Name == weight.Name) is { } input)
            graph.Input.Remove(input);
        if (weight.ConstantNode is { } constant)
            return RemoveReference(graph.Node, constant);
        RemoveReference(graph.Initializer, weight.Tensor!);
        return 0;
    }

    /// <summary>Removes a message by reference: equality of messages compares their content.</summary>
    /// <returns>Where it was, or -1.</returns>
    public static int RemoveReference<T>(RepeatedField<T> list, T item)
        where T : class
    {
        int index = IndexOf(list, item);
        if (index >= 0)
            list.RemoveAt(index);
        return index;
    }

    /// <summary>Where a message is, by reference, or -1.</summary>
    public static int IndexOf<T>(RepeatedField<T> list, T item)
        where T : class
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (ReferenceEquals(list[i], item))
                return i;
        }

        return -1;
    }
}
