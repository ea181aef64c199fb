using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepCompression.LowRank;

/// <summary>The vector operations that the decomposition is made of.</summary>
internal static class Vectors
{
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ReadOnlySpan<Vector<double>> a = MemoryMarshal.Cast<double, Vector<double>>(x), b = MemoryMarshal.Cast<double, Vector<double>>(y);
        Vector<double> sums = Vector<double>.Zero;
        for (int i = 0; i < a.Length; i++)
            sums += a[i] * b[i];
        double sum = Vector.Sum(sums);
        for (int i = a.Length * Vector<double>.Count; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }

    /// <summary>Effectively computes <c>destination += x * factor</c>.</summary>
    public static void AddScaled(ReadOnlySpan<double> x, double factor, Span<double> destination)
    {
        ReadOnlySpan<Vector<double>> a = MemoryMarshal.Cast<double, Vector<double>>(x);
        Span<Vector<double>> b = MemoryMarshal.Cast<double, Vector<double>>(destination);
        Vector<double> factors = new(factor);
        for (int i = 0; i < a.Length; i++)
            b[i] += a[i] * factors;
        for (int i = a.Length * Vector<double>.Count; i < x.Length; i++)
            destination[i] += x[i] * factor;
    }

    /// <summary>Effectively computes <c>(x, y) = (c x - s y, s x + c y)</c>.</summary>
    public static void Rotate(Span<double> x, Span<double> y, double c, double s)
    {
        Span<Vector<double>> a = MemoryMarshal.Cast<double, Vector<double>>(x), b = MemoryMarshal.Cast<double, Vector<double>>(y);
        Vector<double> cosine = new(c), sine = new(s);
        for (int i = 0; i < a.Length; i++)
            (a[i], b[i]) = (a[i] * cosine - b[i] * sine, a[i] * sine + b[i] * cosine);
        for (int i = a.Length * Vector<double>.Count; i < x.Length; i++)
            (x[i], y[i]) = (c * x[i] - s * y[i], s * x[i] + c * y[i]);
    }

    public static void Scale(Span<double> x, double factor)
    {
        foreach (ref double value in x)
            value *= factor;
    }
}
