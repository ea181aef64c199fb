using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Sparse;

/// <summary>Small integers packed 8 / bits to a byte, lowest bits first (FORMAT.md, "Digits").</summary>
public static class Digits
{
    /// <summary>The smallest digit, 1, 2, 4 or 8 bits, in which all numbers below <paramref name="size"/> fit.</summary>
    /// <param name="size">How many different numbers there are, at most 256.</param>
    /// <returns>Bits a digit.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative or more than 256.</exception>
    public static int GetBits(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 256);
        return size switch { <= 2 => 1, <= 4 => 2, <= 16 => 4, _ => 8 };
    }

    /// <summary>The bytes that <paramref name="count"/> digits take.</summary>
    /// <param name="count">The number of digits.</param>
    /// <param name="bits">Bits a digit: 1, 2, 4 or 8.</param>
    /// <returns>The length in bytes; the last byte may be part filled.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or <paramref name="bits"/> is not 1, 2, 4 or 8.</exception>
    public static int GetPackedLength(int count, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ThrowIfNotDigit(bits);
        return (int)((((long)count * bits) + 7) / 8);
    }

    /// <summary>Packs one digit a byte into as few bytes as hold them. Digits beyond the last are 0.</summary>
    /// <param name="values">The digits, each below 2 to the power of <paramref name="bits"/>.</param>
    /// <param name="bits">Bits a digit: 1, 2, 4 or 8.</param>
    /// <param name="destination">At least <see cref="GetPackedLength"/> bytes.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="ArgumentException">A value does not fit the digit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bits"/> is not 1, 2, 4 or 8.</exception>
    public static int Pack(ReadOnlySpan<byte> values, int bits, Span<byte> destination)
    {
        int length = GetPackedLength(values.Length, bits);
        if (destination.Length < length)
            throw new ArgumentException($"{length} bytes are needed; found {destination.Length}.", nameof(destination));
        if (bits < 8 && values.ContainsAnyExceptInRange((byte)0, (byte)((1 << bits) - 1)))
            throw new ArgumentException($"A value does not fit {bits} bits.", nameof(values));

        if (bits == 8)
        {
            values.CopyTo(destination);
            return length;
        }

        int perByte = 8 / bits;
        for (int i = 0; i < length; i++)
        {
            ReadOnlySpan<byte> digits = values[(i * perByte)..];
            int packed = 0;
            for (int d = Math.Min(perByte, digits.Length) - 1; d >= 0; d--)
                packed = (packed << bits) | digits[d];
            destination[i] = (byte)packed;
        }

        return length;
    }

    /// <summary>Unpacks digits, one a byte. As many are read as the destination holds.</summary>
    /// <param name="packed">The packed digits.</param>
    /// <param name="bits">Bits a digit: 1, 2, 4 or 8.</param>
    /// <param name="destination">One byte a digit.</param>
    /// <exception cref="ArgumentException"><paramref name="packed"/> holds fewer digits than <paramref name="destination"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bits"/> is not 1, 2, 4 or 8.</exception>
    public static void Unpack(ReadOnlySpan<byte> packed, int bits, Span<byte> destination)
    {
        int length = GetPackedLength(destination.Length, bits);
        if (packed.Length < length)
            throw new ArgumentException($"{destination.Length} digits of {bits} bits take {length} bytes; found {packed.Length}.", nameof(packed));

        if (bits == 8)
        {
            packed[..length].CopyTo(destination);
            return;
        }

        int perByteLog = BitOperations.Log2((uint)(8 / bits));
        int mask = (1 << bits) - 1;
        int first = bits == 4 ? UnpackPairs(packed[..length], destination) : 0;
        for (int i = first; i < destination.Length; i++)
            destination[i] = (byte)((packed[i >> perByteLog] >> ((i & ((1 << perByteLog) - 1)) * bits)) & mask);
    }

    /// <summary>Checks digits that were read from a file: their length, and that those beyond the last are 0.</summary>
    internal static void Validate(ReadOnlySpan<byte> packed, int count, int bits, string name)
    {
        if (bits is not (1 or 2 or 4 or 8))
            throw new InvalidDataException($"Digits of '{name}' have 1, 2, 4 or 8 bits; found {bits}.");
        if (count < 0)
            throw new InvalidDataException($"The number of entries is not negative; found {count}.");
        int length = GetPackedLength(count, bits);
        if (packed.Length != length)
            throw new InvalidDataException($"'{name}' with {count} digits of {bits} bits has {length} bytes; found {packed.Length}.");
        int used = (int)((long)count * bits % 8);
        if (used != 0 && packed[^1] >> used != 0)
            throw new InvalidDataException($"Digits of '{name}' beyond the last are 0; byte {length - 1} is {packed[^1]}.");
    }

    // Two digits of 4 bits a byte; returns how many were unpacked. Vectors are not compiled ahead of time, and are slow before they are compiled in full.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int UnpackPairs(ReadOnlySpan<byte> packed, Span<byte> destination)
    {
        int done = 0;
        for (; done <= destination.Length - (2 * Vector128<byte>.Count); done += 2 * Vector128<byte>.Count)
        {
            (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(Vector128.Create(packed.Slice(done / 2, Vector128<byte>.Count)));
            SplitPairs(lower).CopyTo(destination[done..]);
            SplitPairs(upper).CopyTo(destination[(done + Vector128<byte>.Count)..]);
        }

        for (int i = done / 2; done + 1 < destination.Length && i < packed.Length; i++, done += 2)
        {
            destination[done] = (byte)(packed[i] & 0xf);
            destination[done + 1] = (byte)(packed[i] >> 4);
        }

        return done;
    }

    // A byte in two becomes its lower digit in the first and its upper one in the second.
    private static Vector128<byte> SplitPairs(Vector128<ushort> packed) => ((packed | (packed << 4)) & Vector128.Create((ushort)0x0f0f)).AsByte();

    private static void ThrowIfNotDigit(int bits)
    {
        if (bits is not (1 or 2 or 4 or 8))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "A digit has 1, 2, 4 or 8 bits.");
    }
}
