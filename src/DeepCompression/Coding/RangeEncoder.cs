using System.Runtime.CompilerServices;

namespace DeepCompression.Coding;

/// <summary>A binary range coder with carry (Martin 1979; the arithmetic is that of FORMAT.md, "Range coder").</summary>
internal sealed class RangeEncoder(ByteWriter writer)
{
    private const uint MinRange = 1u << 24;

    private readonly int _start = writer.Length;

    private ulong _low;
    private uint _range = uint.MaxValue;
    private int _pendingByte = -1; // the last byte that a carry can still change; -1 before the first
    private long _pendingOnes; // bytes of 255 after it

    /// <summary>Encodes a bit whose probability of being 1 is <paramref name="probability"/> / 65536.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Encode(int bit, int probability)
    {
        uint bound = (uint)(((ulong)_range * (uint)probability) >> 16);
        if (bit != 0)
        {
            _range = bound;
        }
        else
        {
            _low += bound;
            _range -= bound;
        }

        while (_range < MinRange)
            ShiftLow();
    }

    /// <summary>Encodes a bit and teaches it to its context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Encode(int bit, ref AdaptiveBit context)
    {
        Encode(bit, context.Probability);
        context.Update(bit);
    }

    /// <summary>Encodes bits of even probability, highest first.</summary>
    public void EncodeDirect(ulong bits, int count)
    {
        for (int i = count - 1; i >= 0; i--)
            Encode((int)(bits >> i) & 1, 1 << 15);
    }

    /// <summary>Ends the stream with as few bytes as tell it from all others; zeros at its end are left out.</summary>
    public void Finish()
    {
        // The value in [low, low + range) with the most zero bits at its end.
        ulong high = _low + _range - 1;
        int keep = 0;
        ulong mask;
        do
        {
            keep += 8;
            mask = ~((1UL << (40 - keep)) - 1);
        }
        while (keep < 40 && (high & mask) < _low);

        _low = high & mask;
        for (int i = 0; i < 5; i++)
            ShiftLow();
        Flush(0);
        writer.TrimZeros(_start);
    }

    private void ShiftLow()
    {
        if (_low < 0xFF00_0000 || _low > uint.MaxValue)
        {
            Flush((int)(_low >> 32));
            _pendingByte = (int)(_low >> 24) & 0xFF;
        }
        else
        {
            _pendingOnes++;
        }

        _low = (_low & 0x00FF_FFFF) << 8;
        _range <<= 8;
    }

    private void Flush(int carry)
    {
        if (_pendingByte >= 0)
            writer.WriteByte((byte)(_pendingByte + carry));
        for (; _pendingOnes > 0; _pendingOnes--)
            writer.WriteByte((byte)(0xFF + carry));
    }
}
