using System.Runtime.InteropServices;
using DeepCompression.Pruning;

namespace DeepCompression.Onnx;

/// <summary>Prunes weights one by one, those with a global sparsity together.</summary>
internal sealed class Pruner
{
    private readonly CompressionOptions _options;
    private readonly Dictionary<Weight, SparsityMask> _global = new(ReferenceEqualityComparer.Instance);

    /// <summary>Finds the masks of weights that are pruned by one sparsity over all of them.</summary>
    /// <exception cref="ArgumentException">Two weights have global sparsities that differ, or a weight is NaN.</exception>
    public Pruner(IReadOnlyList<(Weight Weight, WeightOptions Options)> weights, CompressionOptions options)
    {
        _options = options;
        var global = weights.Where(pair => pair.Options.Pruning is { Method: PruningMethod.GlobalSparsity }).ToArray();
        if (global.Length == 0)
            return;
        double[] sparsities = [.. global.Select(pair => pair.Options.Pruning!.Sparsity).Distinct()];
        if (sparsities.Length > 1)
            throw new ArgumentException($"One global sparsity is for all weights; found {string.Join(" and ", sparsities)}.", nameof(options));

        ReadOnlyMemory<float>[] saliencies = [.. global.Select(pair => (ReadOnlyMemory<float>)Saliencies(pair.Weight, Stored(pair.Weight)))];
        SparsityMask[] masks = MaskSelector.ByGlobalSparsity(saliencies, sparsities[0]);
        for (int i = 0; i < masks.Length; i++)
            _global[global[i].Weight] = masks[i];
    }

    /// <summary>The dense weight as it is stored.</summary>
    public static PrunedTensor Stored(Weight weight) => new(weight.ElementType, weight.Shape, weight.Read());

    /// <summary>Prunes a weight.</summary>
    /// <exception cref="ArgumentException">An option does not fit the weight, or an element is NaN.</exception>
    public PrunedTensor Prune(Weight weight, PrunedTensor tensor, PruningOptions pruning)
    {
        int rows = weight.Shape.Rank == 0 ? 1 : (int)weight.Shape.Dimensions[0];
        int columns = weight.Shape.Length / rows;
        if (pruning.Method == PruningMethod.GlobalSparsity)
            return _global[weight].Apply(tensor);
        if (pruning.Method == PruningMethod.Deviation)
            return MaskSelector.ByDeviation(WeightValues.ToSingle(tensor.ElementType, tensor.Values.Span), pruning.Quality).Apply(tensor);

        // Large weights dominate the memory that compression takes: what pruning leaves is written over the saliencies.
        byte[] buffer = GC.AllocateUninitializedArray<byte>(checked(tensor.Shape.Length * sizeof(float)));
        Span<float> saliencies = MemoryMarshal.Cast<byte, float>(buffer.AsSpan());
        WriteSaliencies(weight, tensor, saliencies);
        SparsityMask mask = pruning.Method switch
        {
            PruningMethod.Sparsity => MaskSelector.BySparsity(saliencies, pruning.Sparsity),
            PruningMethod.Rows => MaskSelector.ByRow(saliencies, rows, pruning.Sparsity),
            PruningMethod.Pattern => MaskSelector.ByPattern(saliencies, columns, pruning.Keep, pruning.Of),
            PruningMethod.Blocks => MaskSelector.ByBlock(saliencies, columns, pruning.BlockRows, pruning.BlockColumns, pruning.Sparsity),
            _ => MaskSelector.ByThreshold(saliencies, pruning.Threshold),
        };
        if (tensor.ElementType != ElementType.Float32)
            return mask.Apply(tensor);
        tensor.Values.Span.CopyTo(buffer);
        mask.Apply(saliencies);
        return new PrunedTensor(tensor.ElementType, tensor.Shape, buffer);
    }

    private void WriteSaliencies(Weight weight, PrunedTensor tensor, Span<float> saliencies)
    {
        WeightValues.ToSingle(tensor.ElementType, tensor.Values.Span, saliencies);
        if (_options.InputNorms.TryGetValue(weight.Path, out float[]? norms) || _options.InputNorms.TryGetValue(weight.Name, out norms))
            Saliency.MagnitudeTimesInputNorm(saliencies, norms, WeightLayout.InnerOf(weight), saliencies);
        else
            Saliency.Magnitude(saliencies, saliencies);
    }

    private float[] Saliencies(Weight weight, PrunedTensor tensor)
    {
        float[] saliencies = GC.AllocateUninitializedArray<float>(tensor.Shape.Length);
        WriteSaliencies(weight, tensor, saliencies);
        return saliencies;
    }
}
