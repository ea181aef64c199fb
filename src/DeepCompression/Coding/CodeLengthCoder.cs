namespace DeepCompression.Coding;

/// <summary>Codes the code lengths of an alphabet: whether a symbol occurs, and how its length differs from the one before (FORMAT.md, "Code lengths").</summary>
internal static class CodeLengthCoder
{
    private const int FirstLength = 8; // bits: what the first symbol's length is compared with

    public static void Code<TCoder>(ref TCoder coder, Span<byte> lengths)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        AdaptiveBit[] occurs = AdaptiveBits.New(2);
        AdaptiveBit[] changes = AdaptiveBits.New(LengthCoder.ContextCount);
        int occurred = 1;
        int length = FirstLength;
        int sign = 0;
        foreach (ref byte next in lengths)
        {
            occurred = coder.Code(next != 0 ? 1 : 0, ref occurs[occurred]);
            if (occurred == 0)
            {
                next = 0;
                continue;
            }

            length += LengthCoder.Code(ref coder, changes, next - length, 1 - length, HuffmanCodeLengths.MaxLength - length, ref sign);
            next = (byte)length;
        }
    }
}
