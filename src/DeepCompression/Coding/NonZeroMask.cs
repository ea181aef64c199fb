using System.Numerics;
using DeepCompression.Sparse;

namespace DeepCompression.Coding;

/// <summary>One bit an element of a weight, 1 where it is not zero, and what is counted in it.</summary>
internal sealed class NonZeroMask
{
    /// <summary>Gaps up to this are counted apart.</summary>
    public const int CountedGaps = 1024;

    private readonly ulong[] _words;

    private NonZeroMask(int elements)
    {
        Elements = elements;
        _words = new ulong[((long)elements + 63) / 64];
        SegmentNonZeros = new int[Segments.Count(elements)];
    }

    public int Elements { get; }

    public int[] SegmentNonZeros { get; }

    public int NonZeros { get; private set; }

    /// <summary>How often each gap occurs; the last count is of all gaps of <see cref="CountedGaps"/> and more.</summary>
    public long[] GapCounts { get; } = new long[CountedGaps + 1];

    /// <summary>The gaps of <see cref="CountedGaps"/> and more.</summary>
    public List<int> LongGaps { get; } = [];

    /// <summary>How often each byte of the mask occurs.</summary>
    public long[] ByteCounts { get; } = new long[Histogram.SymbolCount];

    /// <param name="elements">Codes, or little-endian values.</param>
    /// <param name="elementSize">1 for codes.</param>
    /// <param name="threads">The most threads.</param>
    public static NonZeroMask Of(ReadOnlyMemory<byte> elements, int elementSize, int threads)
    {
        NonZeroMask mask = new(elements.Length / elementSize);
        Segments.ForEach(mask.Elements, threads, segment => mask.Scan(segment, elements.Span, elementSize));
        mask.NonZeros = mask.SegmentNonZeros.Sum();
        return mask;
    }

    public ReadOnlySpan<ulong> GetWords(int segment) =>
        _words.AsSpan(Segments.GetStart(segment) / 64, (Segments.GetLength(Elements, segment) + 63) / 64);

    private void Scan(int segment, ReadOnlySpan<byte> elements, int elementSize)
    {
        int start = Segments.GetStart(segment);
        int length = Segments.GetLength(Elements, segment);
        Span<ulong> words = _words.AsSpan(start / 64, (length + 63) / 64);
        ReadOnlySpan<byte> part = elements.Slice(start * elementSize, length * elementSize);
        SegmentNonZeros[segment] = elementSize == 1 ? NonZeroScan.WriteMask(part, words) : NonZeroScan.WriteMask(part, elementSize, words);

        int[] gaps = new int[CountedGaps + 1];
        List<int> longGaps = [];
        int next = 0;
        for (int word = 0; word < words.Length; word++)
        {
            for (ulong bits = words[word]; bits != 0; bits &= bits - 1)
            {
                int position = (word * 64) + BitOperations.TrailingZeroCount(bits);
                int gap = position - next;
                next = position + 1;
                gaps[Math.Min(gap, CountedGaps)]++;
                if (gap >= CountedGaps)
                    longGaps.Add(gap);
            }
        }

        long[] bytes = new long[Histogram.SymbolCount];
        MaskBytes.Count(words, length, bytes);
        lock (GapCounts)
        {
            for (int gap = 0; gap < gaps.Length; gap++)
                GapCounts[gap] += gaps[gap];
            for (int value = 0; value < bytes.Length; value++)
                ByteCounts[value] += bytes[value];
            LongGaps.AddRange(longGaps);
        }
    }
}
