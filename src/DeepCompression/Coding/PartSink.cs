namespace DeepCompression.Coding;

/// <summary>Decodes into a buffer that stays in the second-level cache, and passes it on whenever it is full.</summary>
/// <param name="action">Receives the parts.</param>
/// <param name="offset">Where the segment begins in the dense weight, in bytes.</param>
internal sealed class PartSink(DensePartAction action, long offset) : IDenseSink
{
    private const int PartBytes = 1 << 17; // half of the smallest second-level cache of today

    private readonly byte[] _buffer = SegmentArrays.Pool.Rent(PartBytes);
    private long _offset = offset;
    private int _filled;

    public Span<byte> GetBlock(int bytes)
    {
        if (_filled + bytes > PartBytes)
            Flush();
        Span<byte> block = _buffer.AsSpan(_filled, bytes);
        _filled += bytes;
        return block;
    }

    /// <summary>Passes on what is left and returns the buffer.</summary>
    public void Finish()
    {
        Flush();
        SegmentArrays.Pool.Return(_buffer);
    }

    private void Flush()
    {
        if (_filled > 0)
            action(_offset, _buffer.AsSpan(0, _filled));
        _offset += _filled;
        _filled = 0;
    }
}
