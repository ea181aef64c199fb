namespace DeepCompression.Onnx;

/// <summary>Turns <c>PackedWeight</c> nodes into portable nodes with function bodies, which run on every ONNX runtime.</summary>
public sealed class LowerPass : IModelPass
{
    /// <inheritdoc/>
    public string Name => "lower";

    /// <inheritdoc/>
    public PassResult Run(OnnxModel model)
    {
        var context = new PassContext(model);
        foreach (WeightNode node in WeightNodeWalker.Find(context.Model))
        {
            if (node.OperatorType != NodeDomain.PackedWeight)
                context.Skip(node.Path, "it is portable");
            else if (PortableForm.WhyNot(node) is { } reason)
                context.Skip(node.Path, reason);
            else
                Lower(context, node);
        }

        return context.Finish();
    }

    private static void Lower(PassContext context, WeightNode node)
    {
        CompressedTensor tensor = node.Decode();
        if (PortableForm.WhyNot(tensor) is { } reason)
        {
            context.Skip(node.Path, reason);
            return;
        }

        NodeContent content = NodeContent.Portable(tensor);
        if (tensor is PrunedTensor dense && content.Bytes >= dense.DenseBytes)
        {
            // A weight without zeros or shared values is nowhere smaller than as it was.
            context.Replacer.Restore(node, dense.ElementType, dense.Shape, dense.Values);
            context.Change(node.Path, "dense again: it has no zeros or shared values");
            return;
        }

        context.Replacer.Replace(node, content);
        context.Change(node.Path, $"{content.OperatorType}, {content.Bytes} bytes");
    }
}
