using DeepCompression.WeightSharing;

namespace DeepCompression.Onnx;

/// <summary>Packs dense weights and portable nodes into <c>PackedWeight</c> nodes without changing a value.</summary>
/// <param name="options">Which dense weights, and how weights are packed. Portable nodes are all packed.</param>
public sealed class PackPass(CompressionOptions options) : IModelPass
{
    /// <inheritdoc/>
    public string Name => "pack";

    /// <inheritdoc/>
    public PassResult Run(OnnxModel model)
    {
        var context = new PassContext(model);
        foreach (WeightNode node in WeightNodeWalker.Find(context.Model))
        {
            if (node.OperatorType == NodeDomain.PackedWeight)
            {
                context.Skip(node.Path, "it is packed");
                continue;
            }

            PackedTensor packed = TensorCompressor.Compress(node.DecodePortable(), options.Default?.Packing);
            context.Replacer.Replace(node, NodeContent.Packed(packed.Blob));
            context.Change(node.Path, $"{packed.Blob.Length} bytes");
        }

        foreach (Weight weight in WeightWalker.Find(context.Model))
        {
            if (WeightSelection.Select(weight, options, out string reason) is not { } weightOptions)
            {
                context.Skip(weight.Path, reason);
                continue;
            }

            PrunedTensor stored = Pruner.Stored(weight);
            PackedTensor packed = TensorCompressor.Compress(LosslessSharer.TryShare(stored) ?? (CompressedTensor)stored, weightOptions.Packing);
            NodeContent content = NodeContent.Packed(packed.Blob);
            if (content.BytesInPlaceOf(weight) is var bytes && bytes >= weight.DenseBytes)
            {
                context.Skip(weight.Path, $"packed it would have {bytes} bytes in place of {weight.DenseBytes}");
                continue;
            }

            context.Replacer.Replace(weight, content);
            context.Change(weight.Path, $"{packed.Blob.Length} bytes");
        }

        return context.Finish();
    }
}
