namespace DeepCompression.Coding;

/// <summary>Decodes into an array that holds the whole segment.</summary>
/// <param name="segment">The segment's bytes.</param>
internal ref struct ArraySink(Span<byte> segment) : IDenseSink
{
    private Span<byte> _left = segment;

    public Span<byte> GetBlock(int bytes)
    {
        Span<byte> block = _left[..bytes];
        _left = _left[bytes..];
        return block;
    }
}
