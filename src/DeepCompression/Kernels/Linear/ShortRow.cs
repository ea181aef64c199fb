using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>Copies rows that are too short for a call of the runtime's copy.</summary>
internal static unsafe class ShortRow
{
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
