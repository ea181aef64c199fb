using System.Numerics;

namespace DeepCompression.Coding;

/// <summary>
/// Codes the ascending centroids of each group: a raw first one, then differences of their ordinals. Of a difference the
/// bit length is coded by how it differs from the one before, then two bits in contexts, the rest as they are
/// (FORMAT.md, "Codebook").
/// </summary>
internal sealed class CodebookCoder(int elementBits)
{
    private readonly AdaptiveBit[] _lengths = AdaptiveBits.New(LengthCoder.ContextCount);
    private readonly AdaptiveBit[] _mantissa = AdaptiveBits.New(3 * 3);

    /// <summary>The ordinal of a bit pattern: patterns in ascending order of value, NaNs outermost, -0 below +0.</summary>
    public static ulong ToOrdinal(ulong pattern, int elementBits)
    {
        ulong sign = 1UL << (elementBits - 1);
        return (pattern & sign) != 0 ? ~pattern & ((sign << 1) - 1) : pattern | sign;
    }

    /// <summary>The inverse of <see cref="ToOrdinal"/>.</summary>
    public static ulong FromOrdinal(ulong ordinal, int elementBits)
    {
        ulong sign = 1UL << (elementBits - 1);
        return (ordinal & sign) != 0 ? ordinal & ~sign : ~ordinal & ((sign << 1) - 1);
    }

    /// <summary>Encodes the strictly ascending ordinals of one group.</summary>
    public void Encode(RangeEncoder encoder, ReadOnlySpan<ulong> ordinals)
    {
        int length = 0;
        int change = 0;
        for (int i = 0; i < ordinals.Length; i++)
        {
            if (i == 0)
            {
                encoder.EncodeDirect(ordinals[0], elementBits);
                continue;
            }

            ulong step = ordinals[i] - ordinals[i - 1] - 1;
            int newLength = BitLength(step);
            LengthCoder.Encode(encoder, _lengths, newLength - length, ref change);
            length = newLength;
            int free = length - 1;
            for (int k = 0, node = 0; k < 2 && free > 0; k++)
            {
                free--;
                int bit = (int)(step >> free) & 1;
                encoder.Encode(bit, ref _mantissa[((change + 1) * 3) + node]);
                node = 1 + bit;
            }

            if (free > 0)
                encoder.EncodeDirect(step & ((1UL << free) - 1), free);
        }
    }

    /// <summary>Decodes the ordinals of one group.</summary>
    public void Decode(ref RangeDecoder decoder, Span<ulong> ordinals)
    {
        ulong largest = elementBits == 64 ? ulong.MaxValue : (1UL << elementBits) - 1;
        int length = 0;
        int change = 0;
        for (int i = 0; i < ordinals.Length; i++)
        {
            if (i == 0)
            {
                ordinals[0] = decoder.DecodeDirect(elementBits);
                continue;
            }

            length += LengthCoder.Decode(ref decoder, _lengths, -length, elementBits - length, ref change);
            ulong step = length == 0 ? 0UL : 1UL;
            int free = length - 1;
            for (int k = 0, node = 0; k < 2 && free > 0; k++)
            {
                free--;
                int bit = decoder.Decode(ref _mantissa[((change + 1) * 3) + node]);
                step = (step << 1) | (uint)bit;
                node = 1 + bit;
            }

            if (free > 0)
                step = (step << free) | decoder.DecodeDirect(free);
            ulong room = largest - ordinals[i - 1];
            if (step >= room)
                throw new InvalidDataException($"Centroid {i} of a group lies beyond the largest bit pattern.");
            ordinals[i] = ordinals[i - 1] + step + 1;
        }
    }

    private static int BitLength(ulong value) => 64 - BitOperations.LeadingZeroCount(value);
}
