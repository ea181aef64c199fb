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

    /// <summary>Codes the strictly ascending ordinals of one group.</summary>
    public void Code<TCoder>(ref TCoder coder, Span<ulong> ordinals)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        ulong largest = elementBits == 64 ? ulong.MaxValue : (1UL << elementBits) - 1;
        int length = 0;
        int change = 0;
        for (int i = 0; i < ordinals.Length; i++)
        {
            if (i == 0)
            {
                ordinals[0] = coder.CodeDirect(ordinals[0], elementBits);
                continue;
            }

            ulong step = ordinals[i] - ordinals[i - 1] - 1;
            length += LengthCoder.Code(ref coder, _lengths, BitLength(step) - length, -length, elementBits - length, ref change);
            step = CodeMantissa(ref coder, step, length, change);
            if (step >= largest - ordinals[i - 1])
                throw new InvalidDataException($"Centroid {i} of a group lies beyond the largest bit pattern.");
            ordinals[i] = ordinals[i - 1] + step + 1;
        }
    }

    /// <summary>Codes the bits of a number below its highest one.</summary>
    private ulong CodeMantissa<TCoder>(ref TCoder coder, ulong number, int length, int change)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        ulong result = length == 0 ? 0UL : 1UL;
        int free = length - 1;
        for (int k = 0, node = 0; k < 2 && free > 0; k++)
        {
            free--;
            int bit = coder.Code((int)(number >> free) & 1, ref _mantissa[((change + 1) * 3) + node]);
            result = (result << 1) | (uint)bit;
            node = 1 + bit;
        }

        return free > 0 ? (result << free) | coder.CodeDirect(number & ((1UL << free) - 1), free) : result;
    }

    private static int BitLength(ulong value) => 64 - BitOperations.LeadingZeroCount(value);
}
