using System.Runtime.InteropServices;

namespace DeepCompression.WeightSharing;

/// <summary>
/// Sorts single-precision numbers by 11, 11 and 10 bits of a key that orders as the numbers do. Each pass deals the numbers into their
/// buckets in two halves at once, both in order, so the result does not depend on the number of cores.
/// </summary>
internal static class RadixSort
{
    private const int Buckets = 1 << 11;
    private const int SmallLength = 1 << 11; // below this the comparison sort is quicker
    private const int ParallelLength = 1 << 18; // below this a task costs more than it saves

    private static readonly int[] Shifts = [0, 11, 22];

    /// <summary>Sorts in place, ascending, -0 before +0. No number is NaN, or NaNs go to the ends.</summary>
    public static void Sort(float[] values)
    {
        if (values.Length < SmallLength)
        {
            Span<uint> bits = MemoryMarshal.Cast<float, uint>(values.AsSpan());
            foreach (ref uint pattern in bits)
                pattern = ToKey(pattern);
            bits.Sort();
            foreach (ref uint key in bits)
                key = FromKey(key);
            return;
        }

        int parts = values.Length < ParallelLength ? 1 : Math.Clamp(Environment.ProcessorCount, 1, 8);
        float[] from = values, to = new float[values.Length];
        int[][] counts = new int[parts][];
        foreach (int shift in Shifts)
        {
            Run(parts, part => counts[part] = CountDigits(Part(from, part, parts), shift));
            if (!ToOffsets(counts, values.Length))
                continue; // every number has this digit
            Run(parts, part => Deal(Part(from, part, parts), shift, counts[part], to));
            (from, to) = (to, from);
        }

        if (from != values)
            from.AsSpan().CopyTo(values);
    }

    private static void Run(int parts, Action<int> body)
    {
        if (parts == 1)
            body(0);
        else
            Parallel.For(0, parts, body);
    }

    private static ReadOnlySpan<uint> Part(float[] values, int part, int parts)
    {
        int start = (int)((long)values.Length * part / parts), end = (int)((long)values.Length * (part + 1) / parts);
        return MemoryMarshal.Cast<float, uint>(values.AsSpan(start, end - start));
    }

    private static int[] CountDigits(ReadOnlySpan<uint> values, int shift)
    {
        int[] counts = new int[Buckets];
        foreach (uint bits in values)
            counts[ToKey(bits) >> shift & (Buckets - 1)]++;
        return counts;
    }

    /// <summary>Counts become the place of the first number of every digit of every part; false if there is nothing to move.</summary>
    private static bool ToOffsets(int[][] counts, int length)
    {
        int offset = 0;
        bool several = true;
        for (int digit = 0; digit < Buckets; digit++)
        {
            int start = offset;
            foreach (int[] part in counts)
            {
                int count = part[digit];
                part[digit] = offset;
                offset += count;
            }

            several &= offset - start != length;
        }

        return several;
    }

    private static void Deal(ReadOnlySpan<uint> values, int shift, int[] offsets, float[] destination)
    {
        Span<uint> to = MemoryMarshal.Cast<float, uint>(destination.AsSpan());
        foreach (uint bits in values)
            to[offsets[ToKey(bits) >> shift & (Buckets - 1)]++] = bits;
    }

    private static uint ToKey(uint bits) => bits ^ ((uint)((int)bits >> 31) | 0x8000_0000);

    private static uint FromKey(uint key) => key ^ ((uint)((int)~key >> 31) | 0x8000_0000);
}
