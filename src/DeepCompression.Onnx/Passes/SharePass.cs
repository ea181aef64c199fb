using DeepCompression.WeightSharing;

namespace DeepCompression.Onnx;

/// <summary>Lets the elements of dense weights share centroids. A weight becomes a <c>SharedWeight</c> or <c>SparseWeight</c> node, which says which element has which.</summary>
/// <param name="options">Which weights, and how they share.</param>
public sealed class SharePass(CompressionOptions options) : IModelPass
{
    /// <inheritdoc/>
    public string Name => "share";

    /// <inheritdoc/>
    public PassResult Run(OnnxModel model)
    {
        var context = new PassContext(model);
        foreach (Weight weight in WeightWalker.Find(context.Model))
        {
            if (WeightSelection.Select(weight, options, out string reason) is not { } weightOptions)
                context.Skip(weight.Path, reason);
            else if (weightOptions.WeightSharing is null)
                context.Skip(weight.Path, "its options do not share");
            else if (PortableForm.WhyNot(weight) is { } unsupported)
                context.Skip(weight.Path, unsupported);
            else
                Share(context, weight, weightOptions.WeightSharing);
        }

        return context.Finish();
    }

    private static void Share(PassContext context, Weight weight, SharingOptions sharing)
    {
        try
        {
            CodedTensor tensor = WeightSharer.Share(Pruner.Stored(weight), sharing);
            context.Replacer.Replace(weight, NodeContent.Portable(tensor));
            context.Change(weight.Path, $"{tensor.Codebook.Groups} x {tensor.Codebook.Size} centroids");
        }
        catch (ArgumentException e)
        {
            context.Skip(weight.Path, e.Message);
        }
    }
}
