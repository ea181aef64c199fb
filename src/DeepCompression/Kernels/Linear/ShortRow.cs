using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>Copies rows that are too short for a call of the runtime's copy.</summary>
internal static unsafe class ShortRow
{
    /// <summary>Copies rows of one length in which whatever stands behind a row's numbers is zero, or will be written later.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromStride">Numbers from a row to the next.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="toStride">Numbers from there to where the next goes, at least <paramref name="count"/>.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="count">Numbers of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyRows(float* from, nint fromStride, float* to, nint toStride, int rows, int count)
    {
        const int Lanes = 16;
        int whole = count / Lanes * Lanes, row = 0;
        float* end = from + ((rows - 1) * fromStride) + count, toEnd = to + ((rows - 1) * toStride) + count; // whole vectors stay before them
        if (Vector512.IsHardwareAccelerated && whole < count)
        {
            Vector512<float> mask = Vector512.GreaterThan(Vector512.Create(count - whole), Vector512<int>.Indices).AsSingle();
            for (; row < rows && from + whole + Lanes <= end && to + whole + Lanes <= toEnd; row++, from += fromStride, to += toStride)
            {
                for (int i = 0; i < whole; i += Lanes)
                    Vector512.Load(from + i).Store(to + i);
                (Vector512.Load(from + whole) & mask).Store(to + whole);
            }
        }

        for (; row < rows; row++, from += fromStride, to += toStride)
            Copy(from, to, count);
    }

    /// <summary>Copies a row; the last vector may overlap the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(float* from, float* to, int count)
    {
        if (Vector512.IsHardwareAccelerated && count >= Vector512<float>.Count)
        {
            for (int i = 0; i < count; i += Vector512<float>.Count)
                Vector512.Load(from + Math.Min(i, count - Vector512<float>.Count)).Store(to + Math.Min(i, count - Vector512<float>.Count));
        }
        else if (Avx512F.IsSupported && count < Vector512<float>.Count)
        {
            Vector512<float> mask = Vector512.GreaterThan(Vector512.Create(count), Vector512<int>.Indices).AsSingle();
            Avx512F.MaskStore(to, mask, Avx512F.MaskLoad(from, mask, Vector512<float>.Zero));
        }
        else if (Vector128.IsHardwareAccelerated && count >= Vector128<float>.Count)
        {
            for (int i = 0; i < count; i += Vector128<float>.Count)
                Vector128.Load(from + Math.Min(i, count - Vector128<float>.Count)).Store(to + Math.Min(i, count - Vector128<float>.Count));
        }
        else
        {
            for (int i = 0; i < count; i++)
                to[i] = from[i];
        }
    }
}
