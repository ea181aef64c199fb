namespace DeepCompression.Coding;

/// <summary>Decodes into memory that holds the whole segment.</summary>
/// <param name="segment">Where the segment begins; it stays there while this is used.</param>
/// <param name="length">Bytes of the segment.</param>
internal sealed unsafe class ArraySink(nint segment, int length) : IDenseSink
{
    private int _used;

    public Span<byte> GetBlock(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, length - _used);
        Span<byte> block = new((byte*)segment + _used, bytes);
        _used += bytes;
        return block;
    }
}
