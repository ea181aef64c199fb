using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepCompression.Coding;

/// <summary>
/// The fast loops of the decoder. Each of four streams holds its next bits in a register, highest first, with a sentinel 1 below them:
/// the count of zeros under the sentinel is the count of bits used since the last load. A load of 8 bytes leaves at least 56 bits after
/// skipping the used bits of its first byte, enough for 5 codes of 11 bits or 4 of 14.
/// </summary>
internal static class HuffmanFourStreams
{
    /// <summary>Of indices up to this long five fit one load.</summary>
    public const int ShortCode = 11; // bits

    /// <summary>Decodes one symbol a look-up until a stream or its destination is nearly at its end.</summary>
    public static void DecodeSymbols(
        ref HuffmanStreamState s0, ref HuffmanStreamState s1, ref HuffmanStreamState s2, ref HuffmanStreamState s3,
        ReadOnlySpan<byte> stream0, ReadOnlySpan<byte> stream1, ReadOnlySpan<byte> stream2, ReadOnlySpan<byte> stream3,
        Span<byte> d0, Span<byte> d1, Span<byte> d2, Span<byte> d3, ReadOnlySpan<ushort> table, int maxLength)
    {
        int shortest = Math.Min(Math.Min(stream0.Length, stream1.Length), Math.Min(stream2.Length, stream3.Length));
        if (shortest < sizeof(ulong))
            return;

        bool five = maxLength <= ShortCode;
        int step = five ? 5 : 4;
        int last = Math.Min(d0.Length, d3.Length) - step; // d1 and d2 are as long as d0
        int shift = 64 - maxLength;

        // Bounds: loads are at offsets of at most length - 8 of their stream; stores at most at 'last' + 4 of their destination;
        // an index is the top maxLength bits of a register, and the table has 2^maxLength entries.
        ref ushort entries = ref MemoryMarshal.GetReference(table);
        ref byte r0 = ref MemoryMarshal.GetReference(stream0), r1 = ref MemoryMarshal.GetReference(stream1);
        ref byte r2 = ref MemoryMarshal.GetReference(stream2), r3 = ref MemoryMarshal.GetReference(stream3);
        ref byte o0 = ref MemoryMarshal.GetReference(d0), o1 = ref MemoryMarshal.GetReference(d1);
        ref byte o2 = ref MemoryMarshal.GetReference(d2), o3 = ref MemoryMarshal.GetReference(d3);
        nint p0 = 0, p1 = 0, p2 = 0, p3 = 0;
        nint e0 = stream0.Length - 8, e1 = stream1.Length - 8, e2 = stream2.Length - 8, e3 = stream3.Length - 8;
        ulong b0 = Load(ref r0, 0, 0), b1 = Load(ref r1, 0, 0), b2 = Load(ref r2, 0, 0), b3 = Load(ref r3, 0, 0);
        nint i = 0;
        while (i <= last)
        {
            for (int k = 0; k < 4; k++)
            {
                Next(ref entries, shift, ref b0, ref Unsafe.Add(ref o0, i + k));
                Next(ref entries, shift, ref b1, ref Unsafe.Add(ref o1, i + k));
                Next(ref entries, shift, ref b2, ref Unsafe.Add(ref o2, i + k));
                Next(ref entries, shift, ref b3, ref Unsafe.Add(ref o3, i + k));
            }

            if (five)
            {
                Next(ref entries, shift, ref b0, ref Unsafe.Add(ref o0, i + 4));
                Next(ref entries, shift, ref b1, ref Unsafe.Add(ref o1, i + 4));
                Next(ref entries, shift, ref b2, ref Unsafe.Add(ref o2, i + 4));
                Next(ref entries, shift, ref b3, ref Unsafe.Add(ref o3, i + 4));
            }

            i += step;
            int u0 = BitOperations.TrailingZeroCount(b0), u1 = BitOperations.TrailingZeroCount(b1);
            int u2 = BitOperations.TrailingZeroCount(b2), u3 = BitOperations.TrailingZeroCount(b3);
            p0 += u0 >> 3;
            p1 += u1 >> 3;
            p2 += u2 >> 3;
            p3 += u3 >> 3;
            if (p0 > e0 || p1 > e1 || p2 > e2 || p3 > e3)
            {
                s0 = new() { BitPosition = (p0 * 8) + (u0 & 7), Written = (int)i };
                s1 = new() { BitPosition = (p1 * 8) + (u1 & 7), Written = (int)i };
                s2 = new() { BitPosition = (p2 * 8) + (u2 & 7), Written = (int)i };
                s3 = new() { BitPosition = (p3 * 8) + (u3 & 7), Written = (int)i };
                return;
            }

            b0 = Load(ref r0, p0, u0 & 7);
            b1 = Load(ref r1, p1, u1 & 7);
            b2 = Load(ref r2, p2, u2 & 7);
            b3 = Load(ref r3, p3, u3 & 7);
        }

        s0 = State(p0, b0, i);
        s1 = State(p1, b1, i);
        s2 = State(p2, b2, i);
        s3 = State(p3, b3, i);
    }

    /// <summary>Decodes one or two symbols a look-up until a stream or its destination is nearly at its end.</summary>
    public static void DecodePairs(
        ref HuffmanStreamState s0, ref HuffmanStreamState s1, ref HuffmanStreamState s2, ref HuffmanStreamState s3,
        ReadOnlySpan<byte> stream0, ReadOnlySpan<byte> stream1, ReadOnlySpan<byte> stream2, ReadOnlySpan<byte> stream3,
        Span<byte> d0, Span<byte> d1, Span<byte> d2, Span<byte> d3, ReadOnlySpan<uint> pairs, int indexBits)
    {
        int shortest = Math.Min(Math.Min(stream0.Length, stream1.Length), Math.Min(stream2.Length, stream3.Length));
        if (shortest < sizeof(ulong))
            return;

        bool five = indexBits <= ShortCode;
        int shift = 64 - indexBits;

        // Bounds: as above; a round writes at most 10 symbols, and a store of two bytes starts at most at the ninth.
        ref uint entries = ref MemoryMarshal.GetReference(pairs);
        ref byte r0 = ref MemoryMarshal.GetReference(stream0), r1 = ref MemoryMarshal.GetReference(stream1);
        ref byte r2 = ref MemoryMarshal.GetReference(stream2), r3 = ref MemoryMarshal.GetReference(stream3);
        ref byte o0 = ref MemoryMarshal.GetReference(d0), o1 = ref MemoryMarshal.GetReference(d1);
        ref byte o2 = ref MemoryMarshal.GetReference(d2), o3 = ref MemoryMarshal.GetReference(d3);
        nint p0 = 0, p1 = 0, p2 = 0, p3 = 0, w0 = 0, w1 = 0, w2 = 0, w3 = 0;
        nint e0 = stream0.Length - 8, e1 = stream1.Length - 8, e2 = stream2.Length - 8, e3 = stream3.Length - 8;
        nint l0 = d0.Length - 10, l3 = d3.Length - 10;
        while (p0 <= e0 && p1 <= e1 && p2 <= e2 && p3 <= e3 && w0 <= l0 && w1 <= l0 && w2 <= l0 && w3 <= l3)
        {
            ulong b0 = Load(ref r0, p0, (int)s0.BitPosition), b1 = Load(ref r1, p1, (int)s1.BitPosition);
            ulong b2 = Load(ref r2, p2, (int)s2.BitPosition), b3 = Load(ref r3, p3, (int)s3.BitPosition);
            Round(ref entries, shift, ref b0, ref b1, ref b2, ref b3, ref o0, ref o1, ref o2, ref o3, ref w0, ref w1, ref w2, ref w3);
            Round(ref entries, shift, ref b0, ref b1, ref b2, ref b3, ref o0, ref o1, ref o2, ref o3, ref w0, ref w1, ref w2, ref w3);
            Round(ref entries, shift, ref b0, ref b1, ref b2, ref b3, ref o0, ref o1, ref o2, ref o3, ref w0, ref w1, ref w2, ref w3);
            Round(ref entries, shift, ref b0, ref b1, ref b2, ref b3, ref o0, ref o1, ref o2, ref o3, ref w0, ref w1, ref w2, ref w3);

            if (five)
                Round(ref entries, shift, ref b0, ref b1, ref b2, ref b3, ref o0, ref o1, ref o2, ref o3, ref w0, ref w1, ref w2, ref w3);

            int u0 = BitOperations.TrailingZeroCount(b0), u1 = BitOperations.TrailingZeroCount(b1);
            int u2 = BitOperations.TrailingZeroCount(b2), u3 = BitOperations.TrailingZeroCount(b3);
            p0 += u0 >> 3;
            p1 += u1 >> 3;
            p2 += u2 >> 3;
            p3 += u3 >> 3;
            s0.BitPosition = u0 & 7;
            s1.BitPosition = u1 & 7;
            s2.BitPosition = u2 & 7;
            s3.BitPosition = u3 & 7;
        }

        s0 = new() { BitPosition = s0.BitPosition + (p0 * 8), Written = (int)w0 };
        s1 = new() { BitPosition = s1.BitPosition + (p1 * 8), Written = (int)w1 };
        s2 = new() { BitPosition = s2.BitPosition + (p2 * 8), Written = (int)w2 };
        s3 = new() { BitPosition = s3.BitPosition + (p3 * 8), Written = (int)w3 };
    }

    /// <summary>One look-up in every stream. (Written out rather than looped over: the registers then stay registers.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        ref uint table, int shift, ref ulong b0, ref ulong b1, ref ulong b2, ref ulong b3,
        ref byte o0, ref byte o1, ref byte o2, ref byte o3, ref nint w0, ref nint w1, ref nint w2, ref nint w3)
    {
        NextPair(ref table, shift, ref b0, ref o0, ref w0);
        NextPair(ref table, shift, ref b1, ref o1, ref w1);
        NextPair(ref table, shift, ref b2, ref o2, ref w2);
        NextPair(ref table, shift, ref b3, ref o3, ref w3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(ref byte stream, nint offset, int used)
    {
        ulong bits = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref stream, offset));
        return ((BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(bits) : bits) | 1) << used;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Next(ref ushort table, int shift, ref ulong bits, ref byte destination)
    {
        uint entry = Unsafe.Add(ref table, (nint)(bits >> shift));
        bits <<= (int)entry;
        destination = (byte)(entry >> 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NextPair(ref uint table, int shift, ref ulong bits, ref byte destination, ref nint written)
    {
        uint entry = Unsafe.Add(ref table, (nint)(bits >> shift));
        bits <<= (int)entry;
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref destination, written), (ushort)(entry >> 16));
        written += (byte)(entry >> 8);
    }

    private static HuffmanStreamState State(nint offset, ulong bits, nint written) =>
        new() { BitPosition = (offset * 8) + BitOperations.TrailingZeroCount(bits), Written = (int)written };
}
