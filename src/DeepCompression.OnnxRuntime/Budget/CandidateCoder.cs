using DeepCompression.Pruning;
using DeepCompression.WeightSharing;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>Prunes and shares a weight as a candidate says.</summary>
internal static class CandidateCoder
{
    /// <summary>How centroids are found: k-means++ comes within 0.2 dB of the optimum in a hundredth of its time, and a search codes each weight often.</summary>
    public static SharingOptions Sharing(int bits, int groups, double entropyPenalty) => new()
    {
        Bits = bits,
        Groups = groups,
        Initialization = CentroidInitialization.KMeansPlusPlus,
        MaxIterations = entropyPenalty == 0 ? 20 : 60,
        EntropyPenalty = entropyPenalty,
    };

    /// <summary>The weight after the lossy stages.</summary>
    public static CompressedTensor Code(PrunedTensor weight, double sparsity, SharingOptions? sharing)
    {
        PrunedTensor pruned = sparsity > 0
            ? MaskSelector.BySparsity(Saliency.Magnitude(weight.ElementType, weight.Values.Span), sparsity).Apply(weight)
            : weight;
        return sharing is null ? pruned : WeightSharer.Share(pruned, sharing);
    }

    /// <summary>The dense values of a weight after the lossy stages.</summary>
    public static byte[] Dense(CompressedTensor coded)
    {
        byte[] dense = GC.AllocateUninitializedArray<byte>(checked((int)coded.DenseBytes));
        coded.CopyDenseTo(dense);
        return dense;
    }

    /// <summary>The squared norm of the change divided by that of the weight; 0 for a weight of zeros alone.</summary>
    public static double Distortion(ElementType type, ReadOnlySpan<byte> original, ReadOnlySpan<byte> changed)
    {
        const int BlockLength = 8192; // elements
        int size = type.GetSize();
        Span<float> a = new float[BlockLength], b = new float[BlockLength];
        double change = 0, norm = 0;
        for (int start = 0; start < original.Length; start += BlockLength * size)
        {
            int bytes = Math.Min(BlockLength * size, original.Length - start), count = bytes / size;
            WeightValues.ToSingle(type, original.Slice(start, bytes), a);
            WeightValues.ToSingle(type, changed.Slice(start, bytes), b);
            for (int i = 0; i < count; i++)
            {
                double difference = a[i] - b[i];
                change += difference * difference;
                norm += (double)a[i] * a[i];
            }
        }

        return change == 0 ? 0 : change / norm;
    }
}
