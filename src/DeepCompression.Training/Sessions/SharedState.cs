using System.Runtime.InteropServices;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Sessions;

/// <summary>The codebook of a shared weight in training.</summary>
internal sealed class SharedState : IDisposable
{
    private readonly int[] _counts;

    public SharedState(CodedTensor tensor)
    {
        Codes = tensor.Codes.ToArray();
        Groups = tensor.Codebook.Groups;
        Size = tensor.Codebook.Size;
        TensorType type = new(TensorProtos.Float, [Groups, Size]);
        Centroids = new TensorBuffer(type);
        Gradient = new TensorBuffer(type);
        Mask = new TensorBuffer(type);
        MemoryMarshal.Cast<byte, float>(tensor.Codebook.Values.Span).CopyTo(Centroids.Span<float>());

        // A zero that stands for pruned weights stays zero, and centroids without weights stay as they are.
        _counts = new int[Groups * Size];
        for (int i = 0; i < Codes.Length; i++)
            _counts[(i / GroupLength * Size) + Codes[i]]++;
        Span<float> mask = Mask.Span<float>();
        for (int i = 0; i < mask.Length; i++)
            mask[i] = _counts[i] == 0 || (tensor.Codebook.HasZero && i % Size == 0) ? 0 : 1;
    }

    public byte[] Codes { get; }

    public int Groups { get; }

    public int Size { get; }

    public TensorBuffer Centroids { get; }

    public TensorBuffer Gradient { get; }

    public TensorBuffer Mask { get; }

    private int GroupLength => Codes.Length / Groups;

    /// <summary>Sets the gradient of the centroids from that of the weights.</summary>
    public void Gather(ReadOnlySpan<float> weightGradient, CentroidGradient kind)
    {
        Span<float> sums = Gradient.Span<float>();
        for (int group = 0; group < Groups; group++)
        {
            CodebookUpdate.Sum(Codes.AsSpan(group * GroupLength, GroupLength), weightGradient.Slice(group * GroupLength, GroupLength), sums.Slice(group * Size, Size));
        }

        if (kind == CentroidGradient.Sum)
            return;
        for (int i = 0; i < sums.Length; i++)
            sums[i] /= Math.Max(_counts[i], 1);
    }

    public void Spread(Span<float> weights)
    {
        ReadOnlySpan<float> centroids = Centroids.Span<float>();
        for (int group = 0; group < Groups; group++)
            CodebookUpdate.Spread(Codes.AsSpan(group * GroupLength, GroupLength), centroids.Slice(group * Size, Size), weights.Slice(group * GroupLength, GroupLength));
    }

    public void Dispose()
    {
        Centroids.Dispose();
        Gradient.Dispose();
        Mask.Dispose();
    }
}
