using System.Buffers.Binary;

namespace DeepCompression.Coding;

/// <summary>
/// A codebook as a blob keeps it: in each group only the centroids that are used, once each, ascending, after +0 as code 0 where
/// there is one. Groups with fewer centroids are padded with +0.
/// </summary>
internal sealed class CanonicalCodebook
{
    private CanonicalCodebook(Codebook codebook, bool hasZero, byte[] map, ulong[][] ordinals) =>
        (Codebook, HasZero, Map, Ordinals) = (codebook, hasZero, map, ordinals);

    public Codebook Codebook { get; }

    public bool HasZero { get; }

    /// <summary>The new code of every old one, shape (groups, 256).</summary>
    public byte[] Map { get; }

    /// <summary>The ascending ordinals of each group, without the zero.</summary>
    public ulong[][] Ordinals { get; }

    /// <param name="source">The codebook.</param>
    /// <param name="counts">How often each code occurs, shape (groups, 256).</param>
    public static CanonicalCodebook Of(Codebook source, ReadOnlySpan<long> counts)
    {
        int bits = source.ElementType.GetSize() * 8;
        ulong[][] patterns = new ulong[source.Groups][];
        bool anyZero = source.HasZero;
        bool fits = true;
        for (int group = 0; group < source.Groups; group++)
        {
            ReadOnlySpan<long> used = counts.Slice(group * Codebook.MaxSize, Codebook.MaxSize);
            List<ulong> found = [];
            for (int code = 0; code < source.Size; code++)
            {
                if (used[code] > 0)
                    found.Add(Read(source, group, code));
            }

            patterns[group] = [.. found.Distinct().OrderBy(pattern => CodebookCoder.ToOrdinal(pattern, bits))];
            anyZero |= patterns[group].Contains(0UL);
            fits &= patterns[group].Count(pattern => pattern != 0) < Codebook.MaxSize;
        }

        bool hasZero = anyZero && fits;
        if (hasZero)
            patterns = [.. patterns.Select(group => group.Where(pattern => pattern != 0).ToArray())];
        ulong[][] ordinals = [.. patterns.Select(group => group.Select(pattern => CodebookCoder.ToOrdinal(pattern, bits)).ToArray())];
        Codebook codebook = Make(source.ElementType, hasZero, ordinals);
        return new CanonicalCodebook(codebook, hasZero, MakeMap(source, hasZero, patterns), ordinals);
    }

    /// <summary>Makes the codebook of ordinals that were read from a blob.</summary>
    public static Codebook Make(ElementType type, bool hasZero, ulong[][] ordinals)
    {
        int first = hasZero ? 1 : 0;
        int size = first + ordinals.Max(group => group.Length);
        int bytes = type.GetSize();
        byte[] values = new byte[ordinals.Length * size * bytes];
        Span<byte> pattern = stackalloc byte[sizeof(ulong)];
        for (int group = 0; group < ordinals.Length; group++)
        {
            for (int i = 0; i < ordinals[group].Length; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(pattern, CodebookCoder.FromOrdinal(ordinals[group][i], bytes * 8));
                pattern[..bytes].CopyTo(values.AsSpan(((group * size) + first + i) * bytes));
            }
        }

        return new Codebook(type, ordinals.Length, values);
    }

    private static byte[] MakeMap(Codebook source, bool hasZero, ulong[][] patterns)
    {
        byte[] map = new byte[source.Groups * Codebook.MaxSize];
        for (int group = 0; group < source.Groups; group++)
        {
            Dictionary<ulong, int> codes = [];
            for (int i = 0; i < patterns[group].Length; i++)
                codes.Add(patterns[group][i], i + (hasZero ? 1 : 0));
            for (int code = 0; code < source.Size; code++)
                map[(group * Codebook.MaxSize) + code] = (byte)codes.GetValueOrDefault(Read(source, group, code));
        }

        return map;
    }

    private static ulong Read(Codebook codebook, int group, int code)
    {
        int bytes = codebook.ElementType.GetSize();
        Span<byte> pattern = stackalloc byte[sizeof(ulong)];
        pattern.Clear();
        codebook.Values.Span.Slice(((group * codebook.Size) + code) * bytes, bytes).CopyTo(pattern);
        return BinaryPrimitives.ReadUInt64LittleEndian(pattern);
    }
}
