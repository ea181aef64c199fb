using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>Makes one run of numbers of the runs of some phases, which take turns.</summary>
internal static unsafe class PhaseInterleaving
{
    private const int Quad = 4;

    /// <summary>Writes number <c>i</c> of phase <c>p</c> to place <c>i phases + p</c>; the last vectors may overlap those before.</summary>
    /// <param name="from">The numbers of the first phase.</param>
    /// <param name="step">Numbers from a phase to the next.</param>
    /// <param name="phases">How many phases.</param>
    /// <param name="count">Numbers a phase.</param>
    /// <param name="to">Where they go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* from, int step, int phases, int count, float* to)
    {
        if (phases == 1)
        {
            ShortRow.Copy(from, to, count);
        }
        else if (phases == 2 && count >= Vector512<float>.Count && Avx512F.IsSupported)
        {
            Vector512<int> low = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), high = low + Vector512.Create(8);
            for (int i = 0; i < count; i += Vector512<float>.Count)
            {
                int at = Math.Min(i, count - Vector512<float>.Count);
                Vector512<float> a = Vector512.Load(from + at), b = Vector512.Load(from + step + at);
                Avx512F.PermuteVar16x32x2(a, low, b).Store(to + (2 * at));
                Avx512F.PermuteVar16x32x2(a, high, b).Store(to + (2 * at) + Vector512<float>.Count);
            }
        }
        else if (phases == 2 && count >= Quad && Vector128.IsHardwareAccelerated)
        {
            for (int i = 0; i < count; i += Quad)
            {
                int at = Math.Min(i, count - Quad);
                Vector128<float> a = Vector128.Load(from + at), b = Vector128.Load(from + step + at);
                LaneTurn.Low(a, b).Store(to + (2 * at));
                LaneTurn.High(a, b).Store(to + (2 * at) + Quad);
            }
        }
        else if (phases >= Quad && count >= Vector512<float>.Count && Avx512F.IsSupported)
        {
            for (int i = 0; i < count; i += Vector512<float>.Count)
            {
                int at = Math.Min(i, count - Vector512<float>.Count);
                for (int phase = 0; phase < phases; phase += Quad)
                {
                    int first = Math.Min(phase, phases - Quad);
                    float* x = from + ((nint)first * step) + at, y = to + ((nint)at * phases) + first;
                    (Vector512<float> p, Vector512<float> q, Vector512<float> r, Vector512<float> s) = LaneTurn.Turn(
                        Vector512.Load(x), Vector512.Load(x + step), Vector512.Load(x + (2 * (nint)step)), Vector512.Load(x + (3 * (nint)step)));
                    StoreQuarters(p, y, Quad * phases);
                    StoreQuarters(q, y + phases, Quad * phases);
                    StoreQuarters(r, y + (2 * phases), Quad * phases);
                    StoreQuarters(s, y + (3 * phases), Quad * phases);
                }
            }
        }
        else if (phases >= Quad && count >= Quad && Vector128.IsHardwareAccelerated)
        {
            for (int i = 0; i < count; i += Quad)
            {
                int at = Math.Min(i, count - Quad);
                for (int phase = 0; phase < phases; phase += Quad)
                {
                    int first = Math.Min(phase, phases - Quad);
                    float* x = from + ((nint)first * step) + at, y = to + ((nint)at * phases) + first;
                    (Vector128<float> p, Vector128<float> q, Vector128<float> r, Vector128<float> s) = LaneTurn.Turn(
                        Vector128.Load(x), Vector128.Load(x + step), Vector128.Load(x + (2 * (nint)step)), Vector128.Load(x + (3 * (nint)step)));
                    p.Store(y);
                    q.Store(y + phases);
                    r.Store(y + (2 * phases));
                    s.Store(y + (3 * phases));
                }
            }
        }
        else
        {
            for (int phase = 0; phase < phases; phase++)
            {
                for (int i = 0; i < count; i++)
                    to[(i * phases) + phase] = from[((nint)phase * step) + i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuarters(Vector512<float> values, float* to, nint step)
    {
        values.GetLower().GetLower().Store(to);
        values.GetLower().GetUpper().Store(to + step);
        values.GetUpper().GetLower().Store(to + (2 * step));
        values.GetUpper().GetUpper().Store(to + (3 * step));
    }
}
