using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepCompression.WeightSharing;

/// <summary>Recognizes a weight that was shared or quantized elsewhere, and codes it without changing a bit.</summary>
public static class LosslessSharer
{
    private const int Trial = 4096; // elements looked at before anything is allocated: most weights have too many values by then

    /// <summary>Codes a weight of at most 256 distinct bit patterns, that of +0 included.</summary>
    /// <param name="tensor">The weight. -0 and the patterns of NaN are values like any other.</param>
    /// <returns>The coded weight, +0 first if there is one and then ascending; null if there are more patterns.</returns>
    public static CodedTensor? TryShare(PrunedTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.ElementType.GetSize() switch
        {
            2 => TryShare(tensor, MemoryMarshal.Cast<byte, ushort>(tensor.Values.Span)),
            4 => TryShare(tensor, MemoryMarshal.Cast<byte, uint>(tensor.Values.Span)),
            _ => TryShare(tensor, MemoryMarshal.Cast<byte, ulong>(tensor.Values.Span)),
        };
    }

    private static CodedTensor? TryShare<T>(PrunedTensor tensor, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        int trial = Math.Min(Trial, values.Length);
        if (!Number(values[..trial], new PatternTable(), new byte[trial]))
            return null;

        // Each piece numbers its patterns by itself; all are renumbered when every pattern is known.
        PatternTable[] tables = new PatternTable[SpanChunks.Count(values.Length)];
        byte[] codes = GC.AllocateUninitializedArray<byte>(values.Length);
        bool tooMany = false;
        SpanChunks.For(values, codes.AsSpan(), (chunk, own, start) =>
        {
            PatternTable table = tables[start / SpanChunks.Length] = new PatternTable();
            if (!Volatile.Read(ref tooMany) && !Number(chunk, table, own))
                Volatile.Write(ref tooMany, true);
        });
        ulong[] patterns = [.. tables.SelectMany(table => table.Patterns).Distinct().OrderBy(pattern => Order(tensor.ElementType, pattern))];
        if (tooMany || patterns.Length > Codebook.MaxSize)
            return null;

        SpanChunks.For<byte, byte>(codes, codes, (_, own, start) => Renumber(own, tables[start / SpanChunks.Length].Patterns, patterns));
        byte[] codebook = new byte[patterns.Length * tensor.ElementType.GetSize()];
        Span<T> centroids = MemoryMarshal.Cast<byte, T>(codebook.AsSpan());
        for (int i = 0; i < patterns.Length; i++)
            centroids[i] = T.CreateTruncating(patterns[i]);
        return new CodedTensor(tensor.Shape, new Codebook(tensor.ElementType, 1, codebook), codes);
    }

    private static bool Number<T>(ReadOnlySpan<T> values, PatternTable table, Span<byte> numbers)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            int number = table.NumberOf(ulong.CreateTruncating(values[i]));
            if (number < 0)
                return false;
            numbers[i] = (byte)number;
        }

        return true;
    }

    private static void Renumber(Span<byte> codes, IReadOnlyList<ulong> from, ulong[] to)
    {
        Span<byte> map = stackalloc byte[Codebook.MaxSize];
        bool same = true;
        for (int i = 0; i < from.Count; i++)
        {
            map[i] = (byte)Array.IndexOf(to, from[i]);
            same &= map[i] == i;
        }

        for (int i = 0; !same && i < codes.Length; i++)
            codes[i] = map[codes[i]];
    }

    /// <summary>+0 first, then from the lowest number to the highest, NaNs beyond the infinity of their sign.</summary>
    private static ulong Order(ElementType type, ulong pattern)
    {
        ulong sign = 1UL << (type.GetSize() * 8 - 1);
        if (pattern == 0)
            return 0;
        return (pattern & sign) != 0 ? 2 * sign - pattern : pattern | sign;
    }
}
