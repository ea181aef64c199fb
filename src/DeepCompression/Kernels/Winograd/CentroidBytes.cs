using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>
/// A codebook of up to 256 centroids as four tables, one a byte of their numbers: permutations of bytes look 64 codes up at once, and
/// what they find is put together again. Gathering takes three times as long.
/// </summary>
internal sealed unsafe class CentroidBytes : IDisposable
{
    /// <summary>Codes that are looked up at once: there must be as many.</summary>
    public const int Codes = 64;

    private const int Table = 256; // bytes

    private readonly NativeBuffer _tables = new(sizeof(float) * Table);

    /// <summary>Makes the tables.</summary>
    public CentroidBytes(ReadOnlySpan<float> centroids)
    {
        for (int code = 0; code < centroids.Length; code++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(centroids[code]);
            for (int part = 0; part < sizeof(float); part++, bits >>= 8)
                _tables.Pointer[(part * Table) + code] = (byte)bits;
        }
    }

    /// <summary>Whether the machine has the permutations.</summary>
    public static bool IsSupported => Avx512Vbmi.IsSupported;

    /// <summary>Bytes held.</summary>
    public long Bytes => _tables.Bytes;

    /// <summary>Looks codes up.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="count">How many: a multiple of 16, and at least <see cref="Codes"/>.</param>
    /// <param name="to">As many numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void LookUp(byte* codes, int count, float* to)
    {
        byte* tables = _tables.Pointer;
        for (int i = 0; i < count; i += Codes)
        {
            int at = Math.Min(i, count - Codes); // the last may overlap those before
            Vector512<byte> code = Vector512.Load(codes + at), isUpper = Vector512.LessThan(code.AsSByte(), Vector512<sbyte>.Zero).AsByte();
            Vector512<byte> a = Find(tables, code, isUpper), b = Find(tables + Table, code, isUpper);
            Vector512<byte> c = Find(tables + (2 * Table), code, isUpper), d = Find(tables + (3 * Table), code, isUpper);
            Vector512<ushort> lowFirst = Avx512BW.UnpackLow(a, b).AsUInt16(), lowLast = Avx512BW.UnpackLow(c, d).AsUInt16();
            Vector512<ushort> highFirst = Avx512BW.UnpackHigh(a, b).AsUInt16(), highLast = Avx512BW.UnpackHigh(c, d).AsUInt16();

            // Each has four numbers of every quarter of the codes.
            Vector512<float> p = Avx512BW.UnpackLow(lowFirst, lowLast).AsSingle(), q = Avx512BW.UnpackHigh(lowFirst, lowLast).AsSingle();
            Vector512<float> r = Avx512BW.UnpackLow(highFirst, highLast).AsSingle(), s = Avx512BW.UnpackHigh(highFirst, highLast).AsSingle();
            Vector512<float> pq = Avx512F.Shuffle4x128(p, q, 0b01_00_01_00), rs = Avx512F.Shuffle4x128(r, s, 0b01_00_01_00);
            Avx512F.Shuffle4x128(pq, rs, 0b10_00_10_00).Store(to + at);
            Avx512F.Shuffle4x128(pq, rs, 0b11_01_11_01).Store(to + at + 16);
            (pq, rs) = (Avx512F.Shuffle4x128(p, q, 0b11_10_11_10), Avx512F.Shuffle4x128(r, s, 0b11_10_11_10));
            Avx512F.Shuffle4x128(pq, rs, 0b10_00_10_00).Store(to + at + 32);
            Avx512F.Shuffle4x128(pq, rs, 0b11_01_11_01).Store(to + at + 48);
        }
    }

    /// <summary>Frees the tables.</summary>
    public void Dispose() => _tables.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Find(byte* table, Vector512<byte> code, Vector512<byte> isUpper) => Vector512.ConditionalSelect(
        isUpper,
        Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(table + 128), code, Vector512.Load(table + 192)),
        Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(table), code, Vector512.Load(table + 64)));
}
