namespace DeepCompression.Coding;

/// <summary>How a weight is coded with Huffman codes: the form, and the code of every alphabet in the order of the side information.</summary>
internal sealed class HuffmanPlan
{
    /// <summary>Up to this many symbols the best lengths are taken; beyond, lengths with which a look-up table stays in the first-level cache.</summary>
    private const int ManySymbols = 1 << 16;

    private const int FastMaxLength = 11; // bits

    public required PackingForm Form { get; init; }

    public required int GapBits { get; init; }

    /// <summary>The code of gaps or of mask bytes; null where the form is dense.</summary>
    public required CanonicalCode? Index { get; init; }

    /// <summary>One code a plane.</summary>
    public required CanonicalCode[] Planes { get; init; }

    public required long IndexBits { get; init; }

    public required long ValueBits { get; init; }

    public required long SideBits { get; init; }

    public long Bits => IndexBits + ValueBits + SideBits;

    /// <summary>Finds the smallest form by the exact sizes of all of them.</summary>
    public static HuffmanPlan Choose(IPlanes planes, NonZeroMask? mask, int elements, PackingOptions options)
    {
        HuffmanPlan? best = null;
        PackingForm[] forms = mask is null ? [PackingForm.Dense] : options.Form is { } form ? [form] : [PackingForm.Dense, PackingForm.Mask, PackingForm.Gaps];
        foreach (PackingForm candidate in forms)
        {
            if (candidate != PackingForm.Gaps)
            {
                Offer(candidate, 0);
                continue;
            }

            for (int bits = options.GapBits ?? GapSymbols.MinBits; bits <= (options.GapBits ?? GapSymbols.MaxBits); bits++)
                Offer(candidate, bits);
        }

        return best!;

        void Offer(PackingForm candidate, int gapBits)
        {
            HuffmanPlan plan = Make(planes, mask, elements, candidate, gapBits);
            if (best is null || plan.Bits < best.Bits)
                best = plan;
        }
    }

    private static HuffmanPlan Make(IPlanes planes, NonZeroMask? mask, int elements, PackingForm form, int gapBits)
    {
        long zeros = form == PackingForm.Dense && mask is not null ? elements - mask.NonZeros : 0;
        CanonicalCode[] codes = new CanonicalCode[planes.Count];
        long valueBits = 0;
        for (int plane = 0; plane < codes.Length; plane++)
        {
            long[] counts = [.. planes.NonZeroCounts[plane]];
            if (zeros > 0)
                counts[0] += zeros;
            (codes[plane], long bits) = MakeCode(counts);
            valueBits += bits;
        }

        long[]? indexCounts = form switch
        {
            PackingForm.Gaps => GapSymbols.Count(mask!, gapBits),
            PackingForm.Mask => mask!.ByteCounts,
            _ => null,
        };
        CanonicalCode? index = null;
        long indexBits = 0;
        if (indexCounts is not null)
            (index, indexBits) = MakeCode(indexCounts);

        return new HuffmanPlan
        {
            Form = form,
            GapBits = gapBits,
            Index = index,
            Planes = codes,
            IndexBits = indexBits,
            ValueBits = valueBits,
            SideBits = SideInformation.GetCodeLengthBytes(index, codes) * 8L,
        };
    }

    private static (CanonicalCode Code, long Bits) MakeCode(long[] counts)
    {
        byte[] lengths = new byte[counts.Length];
        int maxLength = counts.Sum() > ManySymbols ? FastMaxLength : HuffmanCodeLengths.MaxLength;
        long bits = HuffmanCodeLengths.Compute(counts, maxLength, lengths);
        return (new CanonicalCode(lengths), bits);
    }
}
