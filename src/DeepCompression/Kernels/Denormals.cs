using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>
/// Denormal inputs are taken as zero: multiplying by one can cost a hundred times as much, and what is lost is below 1.2e-38.
/// </summary>
internal static unsafe class Denormals
{
    private const uint Magnitude = 0x7fffffff;    // bits without the sign
    private const uint LeastNormal = 0x00800000;  // 2^-126

    /// <summary>Sets denormals of a vector to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Flush(Vector512<float> values)
    {
        Vector512<uint> bits = values.AsUInt32();
        return (bits & Vector512.GreaterThanOrEqual(bits & Vector512.Create(Magnitude), Vector512.Create(LeastNormal))).AsSingle();
    }

    /// <inheritdoc cref="Flush(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Flush(Vector128<float> values)
    {
        Vector128<uint> bits = values.AsUInt32();
        return (bits & Vector128.GreaterThanOrEqual(bits & Vector128.Create(Magnitude), Vector128.Create(LeastNormal))).AsSingle();
    }

    /// <inheritdoc cref="Flush(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Flush(Vector256<float> values)
    {
        Vector256<uint> bits = values.AsUInt32();
        return (bits & Vector256.GreaterThanOrEqual(bits & Vector256.Create(Magnitude), Vector256.Create(LeastNormal))).AsSingle();
    }

    /// <summary>A denormal as zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Flush(float value) => (BitConverter.SingleToUInt32Bits(value) & Magnitude) >= LeastNormal ? value : 0;

    /// <summary>Sets denormals of a run to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Flush(float* values, long count) => Copy(values, values, count);

    /// <summary>Copies runs one behind the other, denormals as zero.</summary>
    /// <param name="from">The first run.</param>
    /// <param name="stride">Numbers from a run to the next.</param>
    /// <param name="runs">How many.</param>
    /// <param name="length">Numbers of each.</param>
    /// <param name="to">Takes them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRuns(float* from, nint stride, int runs, int length, float* to)
    {
        const int Lanes = 16;
        if (!Vector512.IsHardwareAccelerated || length % Lanes != 0)
        {
            for (int run = 0; run < runs; run++, from += stride, to += length)
                Copy(from, to, length);
            return;
        }

        for (int run = 0; run < runs; run++, from += stride)
        {
            float* next = from;
            for (float* end = to + length; to < end; next += Lanes, to += Lanes)
                Flush(Vector512.Load(next)).Store(to);
        }
    }

    /// <summary>Copies a run, denormals as zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* from, float* to, long count)
    {
        long i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= count - 16; i += 16)
                Flush(Vector512.Load(from + i)).Store(to + i);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= count - 4; i += 4)
                Flush(Vector128.Load(from + i)).Store(to + i);
        }

        for (; i < count; i++)
            to[i] = Flush(from[i]);
    }
}
