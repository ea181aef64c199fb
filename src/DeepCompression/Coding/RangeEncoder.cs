using System.Runtime.CompilerServices;

namespace DeepCompression.Coding;

/// <summary>A binary range coder with carry (Martin 1979; the arithmetic is that of FORMAT.md, "Range coder").</summary>
internal struct RangeEncoder(ByteWriter writer) : IBitCoder
{
    private const uint MinRange = 1u << 24;

    private readonly int _start = writer.Length;

    private ulong _low = 0;
    private uint _range = uint.MaxValue;
    private int _shifts = 0; // bytes shifted out of the range
    private int _pendingByte = -1; // the last byte that a carry can still change; -1 before the first
    private long _pendingOnes = 0; // bytes of 255 after it

    public static bool IsDecoder => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Code(int bit, int probability)
    {
        uint bound = (uint)(((ulong)_range * (uint)probability) >> 16);
        _low += bit != 0 ? 0 : bound;
        _range = bit != 0 ? bound : _range - bound;
        while (_range < MinRange)
            ShiftLow();
        return bit;
    }

    /// <summary>
    /// Ends the stream with as few bytes as tell it from all others. Zeros at its end are left out, as far as the decoder,
    /// which is four bytes ahead, reads no more than four of them.
    /// </summary>
    public void Finish()
    {
        int needed = _start + _shifts;
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
        writer.TrimZeros(Math.Min(needed, writer.Length));
    }

    private void ShiftLow()
    {
        _shifts++;
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
