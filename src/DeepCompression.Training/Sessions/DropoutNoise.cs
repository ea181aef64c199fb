using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepCompression.Training.Sessions;

/// <summary>Dropout masks from counters: the same for the same seed, step and element, wherever training was resumed.</summary>
internal static class DropoutNoise
{
    private const uint Golden = 0x9E3779B9; // 2^32 over the golden ratio, the usual increment of counters

    /// <summary>Fills a mask with 0, with probability <paramref name="ratio"/>, and 1 / (1 - ratio).</summary>
    public static void Fill(Span<float> mask, float ratio, ulong seed, long step, int layer)
    {
        uint key = Mix((uint)seed ^ Mix((uint)(seed >> 32) ^ Mix((uint)step ^ Mix((uint)(step >> 32) ^ Mix((uint)layer + Golden)))));
        Vector<uint> threshold = new((uint)(ratio * 4294967296.0));
        Vector<float> kept = new(1 / (1 - ratio));
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(mask);
        Vector<uint> counter = (Vector<uint>.Indices * Golden) + new Vector<uint>(key);
        Vector<uint> next = new(unchecked((uint)Vector<uint>.Count * Golden));
        for (int i = 0; i < vectors.Length; i++)
        {
            Vector<uint> noise = Mix(counter);
            Vector<uint> isKept = Vector.GreaterThanOrEqual(noise, threshold);
            vectors[i] = Vector.BitwiseAnd(Vector.AsVectorSingle(isKept), kept);
            counter += next;
        }
    }

    // A mixing function of 32 bits: every bit of the input changes every bit of the output with probability near 1/2.
    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x21F0AAAD;
        x = (x ^ (x >> 15)) * 0x735A2D97;
        return x ^ (x >> 15);
    }

    private static Vector<uint> Mix(Vector<uint> x)
    {
        x = (x ^ (x >>> 16)) * 0x21F0AAAD;
        x = (x ^ (x >>> 15)) * 0x735A2D97;
        return x ^ (x >>> 15);
    }
}
