using System.Numerics;

namespace DeepCompression.Coding;

/// <summary>The codes of a weight in the order of its canonical codebook.</summary>
internal sealed class CodePlane : IPlanes
{
    private readonly byte[]? _map;

    private CodePlane(ReadOnlyMemory<byte> codes, byte[]? map, CanonicalCodebook canonical, long[] nonZeroCounts) =>
        (Codes, _map, Canonical, NonZeroCounts) = (codes, map, canonical, [nonZeroCounts]);

    public CanonicalCodebook Canonical { get; }

    /// <summary>The codes; 0 where, and only where, an element is zero, if the canonical codebook has a zero.</summary>
    public ReadOnlyMemory<byte> Codes { get; }

    public int Count => 1;

    public long[][] NonZeroCounts { get; }

    public static CodePlane Of(CodedTensor tensor, int threads)
    {
        Codebook source = tensor.Codebook;
        long[] counts = CountCodes(tensor, threads);
        CanonicalCodebook canonical = CanonicalCodebook.Of(source, counts);

        long[] newCounts = new long[canonical.Codebook.Size];
        bool zeroMoves = false;
        bool identity = true;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0)
                continue;
            newCounts[canonical.Map[i]] += counts[i];
            identity &= canonical.Map[i] == i % Codebook.MaxSize;
            zeroMoves |= canonical.HasZero && (canonical.Map[i] == 0) != (i % Codebook.MaxSize == 0);
        }

        if (canonical.HasZero)
            newCounts[0] = 0;
        if (identity)
            return new CodePlane(tensor.Codes, null, canonical, newCounts);
        return zeroMoves || source.Groups > 1
            ? new CodePlane(MapAll(tensor, canonical.Map), null, canonical, newCounts)
            : new CodePlane(tensor.Codes, canonical.Map, canonical, newCounts);
    }

    public void GatherAll(int plane, int start, Span<byte> destination)
    {
        ReadOnlySpan<byte> codes = Codes.Span.Slice(start, destination.Length);
        if (_map is null)
        {
            codes.CopyTo(destination);
            return;
        }

        for (int i = 0; i < codes.Length; i++)
            destination[i] = _map[codes[i]];
    }

    public void GatherNonZeros(int plane, int start, ReadOnlySpan<ulong> mask, Span<byte> destination)
    {
        ReadOnlySpan<byte> codes = Codes.Span[start..];
        int count = 0;
        for (int word = 0; word < mask.Length; word++)
        {
            for (ulong bits = mask[word]; bits != 0; bits &= bits - 1)
                destination[count++] = codes[(word * 64) + BitOperations.TrailingZeroCount(bits)];
        }

        if (_map is null)
            return;
        foreach (ref byte code in destination[..count])
            code = _map[code];
    }

    private static long[] CountCodes(CodedTensor tensor, int threads)
    {
        long[] counts = new long[tensor.Codebook.Groups * Codebook.MaxSize];
        if (tensor.Codebook.Groups > 1)
        {
            for (int group = 0; group < tensor.Codebook.Groups; group++)
                Histogram.Add(tensor.Codes.Span.Slice(group * tensor.GroupLength, tensor.GroupLength), counts.AsSpan(group * Codebook.MaxSize));
            return counts;
        }

        Segments.ForEach(tensor.Shape.Length, threads, segment =>
        {
            Span<long> part = stackalloc long[Codebook.MaxSize];
            part.Clear();
            Histogram.Add(tensor.Codes.Span.Slice(Segments.GetStart(segment), Segments.GetLength(tensor.Shape.Length, segment)), part);
            for (int code = 0; code < part.Length; code++)
                Interlocked.Add(ref counts[code], part[code]);
        });
        return counts;
    }

    private static byte[] MapAll(CodedTensor tensor, byte[] map)
    {
        byte[] codes = tensor.Codes.ToArray();
        for (int group = 0; group < tensor.Codebook.Groups; group++)
        {
            ReadOnlySpan<byte> own = map.AsSpan(group * Codebook.MaxSize, Codebook.MaxSize);
            foreach (ref byte code in codes.AsSpan(group * tensor.GroupLength, tensor.GroupLength))
                code = own[code];
        }

        return codes;
    }
}
