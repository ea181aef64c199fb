namespace DeepCompression.Onnx;

/// <summary>Puts every dense weight back in the place that it had.</summary>
public sealed class UnpackPass : IModelPass
{
    /// <inheritdoc/>
    public string Name => "unpack";

    /// <inheritdoc/>
    public PassResult Run(OnnxModel model)
    {
        var context = new PassContext(model);
        foreach (WeightNode node in WeightNodeWalker.Find(context.Model))
        {
            (ElementType type, TensorShape shape, byte[] dense) = node.DecodeDense();
            context.Replacer.Restore(node, type, shape, dense);
            context.Change(node.Path, $"{type} {shape}");
        }

        return context.Finish();
    }
}
