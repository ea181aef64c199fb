using DeepCompression.Pruning;

namespace DeepCompression.Onnx;

/// <summary>Sets the least salient elements of dense weights to zero. The weights stay dense.</summary>
/// <param name="options">Which weights, and how they are pruned.</param>
public sealed class PrunePass(CompressionOptions options) : IModelPass
{
    /// <inheritdoc/>
    public string Name => "prune";

    /// <inheritdoc/>
    public PassResult Run(OnnxModel model)
    {
        var context = new PassContext(model);
        List<(Weight Weight, WeightOptions Options)> selected = [];
        foreach (Weight weight in WeightWalker.Find(context.Model))
        {
            if (WeightSelection.Select(weight, options, out string reason) is not { } weightOptions)
                context.Skip(weight.Path, reason);
            else if (weightOptions.Pruning is null)
                context.Skip(weight.Path, "its options do not prune");
            else
                selected.Add((weight, weightOptions));
        }

        var pruner = new Pruner(selected, options);
        foreach ((Weight weight, WeightOptions weightOptions) in selected)
        {
            try
            {
                PrunedTensor tensor = pruner.Prune(weight, Pruner.Stored(weight), weightOptions.Pruning!);
                weight.Write(tensor.Values);
                SparsityMask mask = SparsityMask.OfNonZeros(tensor.ElementType, tensor.Values.Span);
                context.Change(weight.Path, $"{mask.Length - mask.Count} of {mask.Length} elements are zero");
            }
            catch (ArgumentException e)
            {
                context.Skip(weight.Path, e.Message);
            }
        }

        return context.Finish();
    }
}
