using System.Numerics;

namespace DeepCompression.Sparse;

/// <summary>Reads single digits of packed ones (FORMAT.md, "Digits").</summary>
internal readonly ref struct DigitReader
{
    private readonly ReadOnlySpan<byte> _packed;
    private readonly int _bits;
    private readonly int _perByteLog;

    public DigitReader(ReadOnlySpan<byte> packed, int bits)
    {
        _packed = packed;
        _bits = bits;
        _perByteLog = 3 - BitOperations.Log2((uint)bits);
    }

    public int this[int index] =>
        (_packed[index >> _perByteLog] >> ((index & ((1 << _perByteLog) - 1)) * _bits)) & ((1 << _bits) - 1);
}
