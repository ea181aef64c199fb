using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Lists every tensor of a model, weight or not.</summary>
internal static class TensorWalker
{
    /// <summary>Initializers and sparse initializers of all graphs, then tensors in attributes.</summary>
    public static IEnumerable<TensorProto> All(ModelProto proto) => Initializers(proto).Concat(Attributes(proto));

    /// <summary>Tensors of the graphs that the message has for training.</summary>
    public static IEnumerable<TensorProto> Training(ModelProto proto) =>
        proto.TrainingInfo.SelectMany(info => new[] { info.Initialization, info.Algorithm }).Where(graph => graph is not null)
            .SelectMany(graph => All(new ModelProto { Graph = graph }));

    /// <summary>Initializers of the graph and its subgraphs, sparse ones too: their files may be external.</summary>
    public static IEnumerable<TensorProto> Initializers(ModelProto proto)
    {
        foreach (GraphScope scope in GraphScope.All(proto))
        {
            if (scope.Graph is not { } graph)
                continue;
            foreach (TensorProto tensor in graph.Initializer)
                yield return tensor;
            foreach (SparseTensorProto sparse in graph.SparseInitializer)
            {
                if (sparse.Values is not null)
                    yield return sparse.Values;
                if (sparse.Indices is not null)
                    yield return sparse.Indices;
            }
        }
    }

    /// <summary>Tensors in the attributes of nodes, of functions too.</summary>
    public static IEnumerable<TensorProto> Attributes(ModelProto proto)
    {
        foreach (GraphScope scope in GraphScope.All(proto))
        {
            foreach (AttributeProto attribute in scope.Nodes.SelectMany(node => node.Attribute))
            {
                if (attribute.T is not null)
                    yield return attribute.T;
                foreach (TensorProto tensor in attribute.Tensors)
                    yield return tensor;
            }
        }
    }
}
