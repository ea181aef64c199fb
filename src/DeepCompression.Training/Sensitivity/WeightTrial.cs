using System.Runtime.InteropServices;
using DeepCompression.Pruning;
using DeepCompression.WeightSharing;

namespace DeepCompression.Training.Sensitivity;

/// <summary>Prunes and shares the values of a weight in a session, and puts back what was there.</summary>
internal sealed class WeightTrial(TrainedWeight weight)
{
    private readonly float[] _original = weight.Values.ToArray();

    public TrainedWeight Weight => weight;

    /// <summary>Makes the weight what it was, pruned and then shared as far as asked for.</summary>
    public void Apply(double sparsity, int? bits)
    {
        float[] values = [.. _original];
        if (sparsity > 0)
        {
            float[] saliency = new float[values.Length];
            Saliency.Magnitude(values, saliency);
            MaskSelector.BySparsity(saliency, sparsity).Apply<float>(values);
        }

        if (bits is int count)
        {
            PrunedTensor tensor = new(ElementType.Float32, weight.Shape, MemoryMarshal.AsBytes<float>(values).ToArray());
            WeightSharer.Share(tensor, new SharingOptions { Bits = count }).CopyDenseTo(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        values.CopyTo(weight.Values);
    }

    public void Undo() => _original.CopyTo(weight.Values);
}
