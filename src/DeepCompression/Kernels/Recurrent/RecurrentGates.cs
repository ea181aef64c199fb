using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>The element-wise part of a step, 16 hidden units at a time. Units behind the last are computed and not used.</summary>
internal static unsafe class RecurrentGates
{
    private const int Lanes = 16;
    private const float LeastNormal = 1.17549435e-38f; // 2^-126: states below are zero, for denormals are slow

    /// <summary>LSTM (ONNX): i, o, f = σ(z + P c), c' = f c + i tanh(z), h' = o tanh(c').</summary>
    /// <param name="input">The projected input, gates a row of <paramref name="hidden"/>.</param>
    /// <param name="recurrent">The recurrent product, likewise.</param>
    /// <param name="hidden">Units.</param>
    /// <param name="first">The first unit.</param>
    /// <param name="end">The unit behind the last.</param>
    /// <param name="cell">The cell state; replaced.</param>
    /// <param name="state">The new hidden state.</param>
    /// <param name="peepholes">Input, output, forget weights of the cell; null for none.</param>
    /// <param name="clip">The bound of what goes into an activation; infinity for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Lstm(float* input, float* recurrent, int hidden, int first, int end, float* cell, float* state, float* peepholes, float clip)
    {
        for (int unit = first; unit < end; unit += Lanes)
        {
            Vector512<float> c = Vector512.Load(cell + unit);
            Vector512<float> i = Sum(input, recurrent, unit), o = Sum(input, recurrent, hidden + unit);
            Vector512<float> f = Sum(input, recurrent, (2 * hidden) + unit), g = Sum(input, recurrent, (3 * hidden) + unit);
            if (peepholes != null)
            {
                i += Vector512.Load(peepholes + unit) * c;
                f += Vector512.Load(peepholes + (2 * hidden) + unit) * c;
            }

            c = (Sigmoid(Clip(f, clip)) * c) + (Sigmoid(Clip(i, clip)) * Tanh(Clip(g, clip)));
            c = Flush(c);
            if (peepholes != null)
                o += Vector512.Load(peepholes + hidden + unit) * c;
            c.Store(cell + unit);
            Flush(Sigmoid(Clip(o, clip)) * Tanh(Clip(c, clip))).Store(state + unit);
        }
    }

    /// <summary>GRU (ONNX), product before reset: h' = (1 - z) tanh(x + r (R h + b)) + z h; all parameters as for an LSTM.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GruLinear(float* input, float* recurrent, int hidden, int first, int end, float* previous, float* state, float clip)
    {
        for (int unit = first; unit < end; unit += Lanes)
        {
            Vector512<float> z = Sigmoid(Clip(Sum(input, recurrent, unit), clip)), r = Sigmoid(Clip(Sum(input, recurrent, hidden + unit), clip));
            Vector512<float> h = Vector512.Load(input + (2 * hidden) + unit) + (r * Vector512.Load(recurrent + (2 * hidden) + unit));
            Mix(z, Tanh(Clip(h, clip)), Vector512.Load(previous + unit)).Store(state + unit);
        }
    }

    /// <summary>GRU (ONNX), reset before product, first half: z stays in the product's place, r h goes to <paramref name="reset"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GruReset(float* input, float* recurrent, int hidden, int first, int end, float* previous, float* reset, float clip)
    {
        for (int unit = first; unit < end; unit += Lanes)
            Flush(Sigmoid(Clip(Sum(input, recurrent, hidden + unit), clip)) * Vector512.Load(previous + unit)).Store(reset + unit);
    }

    /// <summary>GRU (ONNX), reset before product, second half: h' = (1 - z) tanh(x + R (r h)) + z h.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GruFinish(float* input, float* recurrent, int hidden, int first, int end, float* previous, float* state, float clip)
    {
        for (int unit = first; unit < end; unit += Lanes)
        {
            Vector512<float> z = Sigmoid(Clip(Sum(input, recurrent, unit), clip));
            Vector512<float> h = Tanh(Clip(Sum(input, recurrent, (2 * hidden) + unit), clip));
            Mix(z, h, Vector512.Load(previous + unit)).Store(state + unit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mix(Vector512<float> z, Vector512<float> h, Vector512<float> previous) =>
        Flush(((Vector512<float>.One - z) * h) + (z * previous));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sum(float* input, float* recurrent, int at) => Vector512.Load(input + at) + Vector512.Load(recurrent + at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Clip(Vector512<float> x, float bound) => Vector512.Min(Vector512.Max(x, Vector512.Create(-bound)), Vector512.Create(bound));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exp(-x));

    /// <summary>1 - 2 / (e^2x + 1): the error is a rounding of 1, which is what the sums before it have too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Tanh(Vector512<float> x) => Vector512<float>.One - (Vector512.Create(2f) / (Exp(x + x) + Vector512<float>.One));

    /// <summary>
    /// e^x in float32: x = n ln 2 + r with |r| at most ln 2 / 2, a polynomial of e^r (its Taylor series, cut where the rest is
    /// below a rounding), and n added to the exponent. Arguments are held to where the result is normal.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exp(Vector512<float> x)
    {
        x = Vector512.Min(Vector512.Max(x, Vector512.Create(-87f)), Vector512.Create(88f));
        Vector512<float> n = Vector512.Round(x * 1.44269504f);
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        Vector512<float> p = Vector512.Create(1 / 5040f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1 / 720f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1 / 120f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1 / 24f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1 / 6f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        return (p.AsInt32() + (Vector512.ConvertToInt32(n) << 23)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Flush(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(x), Vector512.Create(LeastNormal)), Vector512<float>.Zero, x);
}
