using System.Numerics;
using DeepCompression.Coding;

namespace DeepCompression;

/// <summary>Fills <see cref="TensorStatistics"/> from what the encoder counted.</summary>
internal static class TensorMeasurement
{
    private const int PaperIndexBytes = 4; // bytes: the 32-bit numbers of compressed rows

    public static TensorStatistics Measure(
        CompressedTensor tensor, CanonicalCodebook? codebook, NonZeroMask? mask, IPlanes planes, PackedHeader header,
        long indexBytes, long segmentBytes, long blobBytes)
    {
        int elements = tensor.Shape.Length;
        int nonZeros = mask?.NonZeros ?? (tensor is CodedTensor coded ? coded.CountNonZeros() : elements);
        int elementSize = tensor.ElementType.GetSize();
        int codeBits = codebook is null ? elementSize * 8 : BitOperations.Log2((uint)Math.Max(codebook.Codebook.Size - 1, 0)) + (codebook.Codebook.Size > 1 ? 1 : 0);
        long codebookBytes = codebook is null ? 0 : (long)codebook.Codebook.Groups * codebook.Codebook.Size * elementSize;
        long rows = tensor.Shape.Rank == 0 || elements == 0 ? 1 : tensor.Shape.Dimensions[0];
        long rowIndex = (nonZeros + rows + 1) * PaperIndexBytes;
        (long rawBits, int rawGapBits) = ChooseRawGaps(mask, elements, nonZeros, codeBits);

        long[] codeCounts = codebook is null ? [] : [.. planes.NonZeroCounts[0]];
        double codeEntropy = Histogram.GetEntropy(codeCounts);
        if (codebook is { HasZero: true })
            codeCounts[0] = elements - nonZeros;
        return new TensorStatistics
        {
            Elements = elements,
            NonZeros = nonZeros,
            CodebookSize = codebook?.Codebook.Size ?? 0,
            CodeBits = codeBits,
            Coder = header.Coder,
            Form = header.Form,
            GapBits = header.GapBits,
            DenseBytes = tensor.DenseBytes,
            PrunedBytes = ((long)nonZeros * elementSize) + rowIndex,
            SharedBytes = (((long)nonZeros * codeBits) + 7) / 8 + rowIndex + codebookBytes,
            GapsAndCodesBytes = ((rawBits + 7) / 8) + codebookBytes,
            RawGapBits = rawGapBits,
            CodedIndexBytes = indexBytes,
            CodedValueBytes = segmentBytes - indexBytes,
            BlobBytes = blobBytes,
            CodeCounts = codeCounts,
            GapCounts = mask is null ? [] : mask.GapCounts,
            CodeEntropy = codeEntropy,
            MaskEntropy = Histogram.GetEntropy([nonZeros, elements - nonZeros]),
            GapEntropy = header.GapBits == 0 ? 0 : Histogram.GetEntropy(GapSymbols.Count(mask!, header.GapBits)),
        };
    }

    /// <summary>The gap width of 2 to 8 bits that makes gaps and codes smallest, fillers included as in the paper; none where dense codes are smaller.</summary>
    private static (long Bits, int GapBits) ChooseRawGaps(NonZeroMask? mask, int elements, int nonZeros, int codeBits)
    {
        (long Bits, int GapBits) best = ((long)elements * codeBits, 0);
        for (int gapBits = GapSymbols.MinBits; mask is not null && gapBits <= GapSymbols.MaxBits; gapBits++)
        {
            long entries = nonZeros;
            for (int gap = 1 << gapBits; gap < NonZeroMask.CountedGaps; gap++)
                entries += mask.GapCounts[gap] * (gap >> gapBits);
            foreach (int gap in mask.LongGaps)
                entries += gap >> gapBits;
            if (entries * (gapBits + codeBits) < best.Bits)
                best = (entries * (gapBits + codeBits), gapBits);
        }

        return best;
    }
}
