using System.Runtime.CompilerServices;

namespace DeepCompression.Coding;

/// <summary>The inverse of <see cref="RangeEncoder"/>; bytes beyond the end of the stream read as 0.</summary>
internal ref struct RangeDecoder
{
    private const uint MinRange = 1u << 24;

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

    /// <summary>Decodes a bit whose probability of being 1 is <paramref name="probability"/> / 65536.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Decode(int probability)
    {
        uint bound = (uint)(((ulong)_range * (uint)probability) >> 16);
        int bit;
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

    /// <summary>Decodes a bit and teaches it to its context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Decode(ref AdaptiveBit context)
    {
        int bit = Decode(context.Probability);
        context.Update(bit);
        return bit;
    }

    /// <summary>Decodes bits of even probability, highest first.</summary>
    public ulong DecodeDirect(int count)
    {
        ulong bits = 0;
        for (int i = 0; i < count; i++)
            bits = (bits << 1) | (uint)Decode(1 << 15);
        return bits;
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
        _next++;
        return 0;
    }
}
