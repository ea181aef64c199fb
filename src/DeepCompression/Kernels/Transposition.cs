using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>Turns rows into columns.</summary>
internal static unsafe class Transposition
{
    private const int Side = 16; // rows and columns that the registers hold

    /// <summary>Writes to[c toStride + r] = from[r fromStride + c].</summary>
    /// <param name="from">The first number of row 0.</param>
    /// <param name="fromStride">Numbers between two rows.</param>
    /// <param name="rows">The rows to read.</param>
    /// <param name="columns">The columns to read.</param>
    /// <param name="to">Where column 0 goes.</param>
    /// <param name="toStride">Numbers between two columns.</param>
    /// <param name="width">The vector width.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* from, nint fromStride, int rows, int columns, float* to, nint toStride, VectorWidth width)
    {
        int wholeRows = width == VectorWidth.Vector512 ? rows / Side * Side : 0, wholeColumns = columns / Side * Side;
        // Along the side whose lines are further apart: 16 of them are then in use at a time, and caches foresee what comes next.
        if (fromStride > toStride)
        {
            for (int row = 0; row < wholeRows; row += Side)
            {
                for (int column = 0; column < wholeColumns; column += Side)
                    Square(from + (row * fromStride) + column, fromStride, to + (column * toStride) + row, toStride);
            }
        }
        else
        {
            for (int column = 0; column < wholeColumns; column += Side)
            {
                for (int row = 0; row < wholeRows; row += Side)
                    Square(from + (row * fromStride) + column, fromStride, to + (column * toStride) + row, toStride);
            }
        }

        Plain(from, fromStride, 0, wholeRows, wholeColumns, columns, to, toStride);
        Plain(from, fromStride, wholeRows, rows, 0, columns, to, toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Plain(float* from, nint fromStride, int firstRow, int endRow, int firstColumn, int endColumn, float* to, nint toStride)
    {
        for (int column = firstColumn; column < endColumn; column++)
        {
            for (int row = firstRow; row < endRow; row++)
                to[(column * toStride) + row] = from[(row * fromStride) + column];
        }
    }

    /// <summary>16 x 16 in four rounds: pairs, fours, then quarters of registers twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Square(float* from, nint fromStride, float* to, nint toStride)
    {
        Vector512<float> r0 = Vector512.Load(from + (0 * fromStride));
        Vector512<float> r1 = Vector512.Load(from + (1 * fromStride));
        Vector512<float> r2 = Vector512.Load(from + (2 * fromStride));
        Vector512<float> r3 = Vector512.Load(from + (3 * fromStride));
        Vector512<float> r4 = Vector512.Load(from + (4 * fromStride));
        Vector512<float> r5 = Vector512.Load(from + (5 * fromStride));
        Vector512<float> r6 = Vector512.Load(from + (6 * fromStride));
        Vector512<float> r7 = Vector512.Load(from + (7 * fromStride));
        Vector512<float> r8 = Vector512.Load(from + (8 * fromStride));
        Vector512<float> r9 = Vector512.Load(from + (9 * fromStride));
        Vector512<float> r10 = Vector512.Load(from + (10 * fromStride));
        Vector512<float> r11 = Vector512.Load(from + (11 * fromStride));
        Vector512<float> r12 = Vector512.Load(from + (12 * fromStride));
        Vector512<float> r13 = Vector512.Load(from + (13 * fromStride));
        Vector512<float> r14 = Vector512.Load(from + (14 * fromStride));
        Vector512<float> r15 = Vector512.Load(from + (15 * fromStride));
        Vector512<float> s0 = Avx512F.UnpackLow(r0, r1), s1 = Avx512F.UnpackHigh(r0, r1);
        Vector512<float> s2 = Avx512F.UnpackLow(r2, r3), s3 = Avx512F.UnpackHigh(r2, r3);
        Vector512<float> s4 = Avx512F.UnpackLow(r4, r5), s5 = Avx512F.UnpackHigh(r4, r5);
        Vector512<float> s6 = Avx512F.UnpackLow(r6, r7), s7 = Avx512F.UnpackHigh(r6, r7);
        Vector512<float> s8 = Avx512F.UnpackLow(r8, r9), s9 = Avx512F.UnpackHigh(r8, r9);
        Vector512<float> s10 = Avx512F.UnpackLow(r10, r11), s11 = Avx512F.UnpackHigh(r10, r11);
        Vector512<float> s12 = Avx512F.UnpackLow(r12, r13), s13 = Avx512F.UnpackHigh(r12, r13);
        Vector512<float> s14 = Avx512F.UnpackLow(r14, r15), s15 = Avx512F.UnpackHigh(r14, r15);
        r0 = Avx512F.UnpackLow(s0.AsDouble(), s2.AsDouble()).AsSingle();
        r1 = Avx512F.UnpackHigh(s0.AsDouble(), s2.AsDouble()).AsSingle();
        r2 = Avx512F.UnpackLow(s1.AsDouble(), s3.AsDouble()).AsSingle();
        r3 = Avx512F.UnpackHigh(s1.AsDouble(), s3.AsDouble()).AsSingle();
        r4 = Avx512F.UnpackLow(s4.AsDouble(), s6.AsDouble()).AsSingle();
        r5 = Avx512F.UnpackHigh(s4.AsDouble(), s6.AsDouble()).AsSingle();
        r6 = Avx512F.UnpackLow(s5.AsDouble(), s7.AsDouble()).AsSingle();
        r7 = Avx512F.UnpackHigh(s5.AsDouble(), s7.AsDouble()).AsSingle();
        r8 = Avx512F.UnpackLow(s8.AsDouble(), s10.AsDouble()).AsSingle();
        r9 = Avx512F.UnpackHigh(s8.AsDouble(), s10.AsDouble()).AsSingle();
        r10 = Avx512F.UnpackLow(s9.AsDouble(), s11.AsDouble()).AsSingle();
        r11 = Avx512F.UnpackHigh(s9.AsDouble(), s11.AsDouble()).AsSingle();
        r12 = Avx512F.UnpackLow(s12.AsDouble(), s14.AsDouble()).AsSingle();
        r13 = Avx512F.UnpackHigh(s12.AsDouble(), s14.AsDouble()).AsSingle();
        r14 = Avx512F.UnpackLow(s13.AsDouble(), s15.AsDouble()).AsSingle();
        r15 = Avx512F.UnpackHigh(s13.AsDouble(), s15.AsDouble()).AsSingle();
        s0 = Avx512F.Shuffle4x128(r0, r4, 0x88);
        s4 = Avx512F.Shuffle4x128(r0, r4, 0xdd);
        s8 = Avx512F.Shuffle4x128(r8, r12, 0x88);
        s12 = Avx512F.Shuffle4x128(r8, r12, 0xdd);
        s1 = Avx512F.Shuffle4x128(r1, r5, 0x88);
        s5 = Avx512F.Shuffle4x128(r1, r5, 0xdd);
        s9 = Avx512F.Shuffle4x128(r9, r13, 0x88);
        s13 = Avx512F.Shuffle4x128(r9, r13, 0xdd);
        s2 = Avx512F.Shuffle4x128(r2, r6, 0x88);
        s6 = Avx512F.Shuffle4x128(r2, r6, 0xdd);
        s10 = Avx512F.Shuffle4x128(r10, r14, 0x88);
        s14 = Avx512F.Shuffle4x128(r10, r14, 0xdd);
        s3 = Avx512F.Shuffle4x128(r3, r7, 0x88);
        s7 = Avx512F.Shuffle4x128(r3, r7, 0xdd);
        s11 = Avx512F.Shuffle4x128(r11, r15, 0x88);
        s15 = Avx512F.Shuffle4x128(r11, r15, 0xdd);
        Avx512F.Shuffle4x128(s0, s8, 0x88).Store(to + (0 * toStride));
        Avx512F.Shuffle4x128(s4, s12, 0x88).Store(to + (4 * toStride));
        Avx512F.Shuffle4x128(s0, s8, 0xdd).Store(to + (8 * toStride));
        Avx512F.Shuffle4x128(s4, s12, 0xdd).Store(to + (12 * toStride));
        Avx512F.Shuffle4x128(s1, s9, 0x88).Store(to + (1 * toStride));
        Avx512F.Shuffle4x128(s5, s13, 0x88).Store(to + (5 * toStride));
        Avx512F.Shuffle4x128(s1, s9, 0xdd).Store(to + (9 * toStride));
        Avx512F.Shuffle4x128(s5, s13, 0xdd).Store(to + (13 * toStride));
        Avx512F.Shuffle4x128(s2, s10, 0x88).Store(to + (2 * toStride));
        Avx512F.Shuffle4x128(s6, s14, 0x88).Store(to + (6 * toStride));
        Avx512F.Shuffle4x128(s2, s10, 0xdd).Store(to + (10 * toStride));
        Avx512F.Shuffle4x128(s6, s14, 0xdd).Store(to + (14 * toStride));
        Avx512F.Shuffle4x128(s3, s11, 0x88).Store(to + (3 * toStride));
        Avx512F.Shuffle4x128(s7, s15, 0x88).Store(to + (7 * toStride));
        Avx512F.Shuffle4x128(s3, s11, 0xdd).Store(to + (11 * toStride));
        Avx512F.Shuffle4x128(s7, s15, 0xdd).Store(to + (15 * toStride));
    }
}
