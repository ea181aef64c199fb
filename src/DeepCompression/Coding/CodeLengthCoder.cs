namespace DeepCompression.Coding;

/// <summary>Codes the code lengths of an alphabet: whether a symbol occurs, and how its length differs from the one before (FORMAT.md, "Code lengths").</summary>
internal sealed class CodeLengthCoder
{
    private const int FirstLength = 8; // bits: what the first symbol's length is compared with

    private readonly AdaptiveBit[] _occurs = AdaptiveBits.New(2);
    private readonly AdaptiveBit[] _changes = AdaptiveBits.New(LengthCoder.ContextCount);

    public void Encode(RangeEncoder encoder, ReadOnlySpan<byte> lengths)
    {
        int occurred = 1;
        int length = FirstLength;
        int sign = 0;
        foreach (byte next in lengths)
        {
            encoder.Encode(next != 0 ? 1 : 0, ref _occurs[occurred]);
            occurred = next != 0 ? 1 : 0;
            if (next == 0)
                continue;
            LengthCoder.Encode(encoder, _changes, next - length, ref sign);
            length = next;
        }
    }

    public void Decode(ref RangeDecoder decoder, Span<byte> lengths)
    {
        int occurred = 1;
        int length = FirstLength;
        int sign = 0;
        foreach (ref byte next in lengths)
        {
            occurred = decoder.Decode(ref _occurs[occurred]);
            next = 0;
            if (occurred == 0)
                continue;
            length += LengthCoder.Decode(ref decoder, _changes, 1 - length, HuffmanCodeLengths.MaxLength - length, ref sign);
            next = (byte)length;
        }
    }
}
