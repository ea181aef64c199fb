using System.Runtime.CompilerServices;

namespace DeepCompression.Coding;

/// <summary>
/// The inverse of <see cref="RangeEncoder"/>. Four bytes beyond the end of the stream read as 0; more are bad data, which bounds the
/// work that a short stream can cause.
/// </summary>
internal ref struct RangeDecoder : IBitCoder
{
    private const uint MinRange = 1u << 24;
    private const int MaxPast = 4; // bytes: so many the decoder is ahead

    private readonly ReadOnlySpan<byte> _stream;
    private uint _range = uint.MaxValue;
    private uint _code;
    private int _next;

    public RangeDecoder(ReadOnlySpan<byte> stream)
    {
        _stream = stream;
        for (int i = 0; i < 4; i++)
            _code = (_code << 8) | NextByte();
    }

    public static bool IsDecoder => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Code(int bit, int probability)
    {
        uint bound = (uint)(((ulong)_range * (uint)probability) >> 16);
        if (_code < bound)
        {
            _range = bound;
            bit = 1;
        }
        else
        {
            _code -= bound;
            _range -= bound;
            bit = 0;
        }

        while (_range < MinRange)
        {
            _code = (_code << 8) | NextByte();
            _range <<= 8;
        }

        return bit;
    }

    /// <summary>Checks that all bytes were read, none twice.</summary>
    public readonly void ThrowIfNotAtEnd(string what)
    {
        if (_next < _stream.Length)
            throw new InvalidDataException($"{what} has {_stream.Length} bytes where {_next} are needed.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint NextByte() => _next < _stream.Length ? _stream[_next++] : Past();

    private uint Past()
    {
        if (_next++ >= _stream.Length + MaxPast)
            throw new InvalidDataException($"A range-coded stream of {_stream.Length} bytes ends too soon.");
        return 0;
    }
}
