namespace DeepCompression.Tests.Coding;

/// <summary>Bytes in order, and "Varint" of FORMAT.md.</summary>
internal sealed class SpecificationReader(byte[] blob, int end)
{
    private int _next;

    public int Left => end - _next;

    public byte Byte() => blob[_next++];

    public byte[] Bytes(int count)
    {
        _next += count;
        return blob[(_next - count).._next];
    }

    public long Varint()
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = Byte();
            value |= (long)(part & 127) << shift;
            if (part < 128)
                return value;
        }
    }
}
