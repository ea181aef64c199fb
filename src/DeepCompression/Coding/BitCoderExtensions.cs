using System.Runtime.CompilerServices;

namespace DeepCompression.Coding;

/// <summary>What both sides of the range coder share.</summary>
internal static class BitCoderExtensions
{
    private const int Least = 32; // of 65536: a wrong certainty costs 11 bits at most

    /// <summary>Codes a bit and teaches it to its context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Code<TCoder>(this ref TCoder coder, int bit, ref AdaptiveBit context)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        bit = coder.Code(bit, Clamp(context.Probability));
        context.Update(bit);
        return bit;
    }

    /// <summary>Codes bits of even probability, highest first.</summary>
    public static ulong CodeDirect<TCoder>(this ref TCoder coder, ulong bits, int count)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        ulong result = 0;
        for (int i = count - 1; i >= 0; i--)
            result = (result << 1) | (uint)coder.Code((int)(bits >> i) & 1, 1 << 15);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Clamp(int probability) => Math.Clamp(probability, Least, 65536 - Least);
}
