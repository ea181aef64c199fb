namespace DeepCompression.Sparse;

/// <summary>The constants of a portable <c>PrunedWeight</c> node beside its shape (FORMAT.md, part 1).</summary>
public sealed class PrunedParts
{
    /// <summary>Puts parts together as they stand in a file. Nothing is checked before <see cref="Decode"/>.</summary>
    /// <param name="gaps">One digit an entry.</param>
    /// <param name="values">One value an entry, little-endian.</param>
    /// <param name="elementType">The type of a value.</param>
    /// <param name="entries">The number of entries, fillers included.</param>
    /// <param name="gapBits">Bits a gap: 1, 2, 4 or 8.</param>
    public PrunedParts(ReadOnlyMemory<byte> gaps, ReadOnlyMemory<byte> values, ElementType elementType, int entries, int gapBits) =>
        (Gaps, Values, ElementType, Entries, GapBits) = (gaps, values, elementType, entries, gapBits);

    /// <summary>One digit of <see cref="GapBits"/> bits an entry.</summary>
    public ReadOnlyMemory<byte> Gaps { get; }

    /// <summary>One value an entry, little-endian; a filler has the value +0.</summary>
    public ReadOnlyMemory<byte> Values { get; }

    /// <summary>The type of a value.</summary>
    public ElementType ElementType { get; }

    /// <summary>The number of entries, fillers included.</summary>
    public int Entries { get; }

    /// <summary>Bits a gap: 1, 2, 4 or 8.</summary>
    public int GapBits { get; }

    /// <summary>Makes the parts of a weight.</summary>
    /// <param name="tensor">The weight.</param>
    /// <param name="gapBits">Bits a gap, 1, 2, 4 or 8; where null, those that give the smallest result.</param>
    /// <returns>The parts; the shape is the weight's own.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gapBits"/> is not 1, 2, 4 or 8.</exception>
    public static PrunedParts Encode(PrunedTensor tensor, int? gapBits = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        int size = tensor.ElementType.GetSize();
        ulong[] mask = new ulong[(tensor.Shape.Length + 63L) / 64];
        int[] positions = new int[NonZeroScan.WriteMask(tensor.Values.Span, size, mask)];
        NonZeroScan.WritePositions(mask, positions);

        int bits = gapBits ?? GapWidth.Choose(positions, size * 8);
        int entries = checked((int)RelativeIndex.CountEntries(positions, bits));
        byte[] gaps = new byte[entries];
        byte[] isWeight = new byte[entries];
        byte[] ones = new byte[positions.Length];
        ones.AsSpan().Fill(1);
        RelativeIndex.Encode(positions, ones, bits, gaps, isWeight);

        byte[] values = new byte[checked(entries * size)];
        int next = 0;
        for (int entry = 0; entry < entries; entry++)
        {
            if (isWeight[entry] != 0)
                tensor.Values.Span.Slice(positions[next++] * size, size).CopyTo(values.AsSpan(entry * size));
        }

        return new PrunedParts(SparseParts.Pack(gaps, bits), values, tensor.ElementType, entries, bits);
    }

    /// <summary>Makes the weight that parts stand for, and checks everything that a file can get wrong.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="shape">The shape beside them.</param>
    /// <returns>The weight.</returns>
    /// <exception cref="InvalidDataException">The parts and shape do not fit each other.</exception>
    public static PrunedTensor Decode(PrunedParts parts, TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Digits.Validate(parts.Gaps.Span, parts.Entries, parts.GapBits, "gaps");
        int size = parts.ElementType.GetSize();
        if (parts.Values.Length != (long)parts.Entries * size)
            throw new InvalidDataException($"{parts.Entries} values of type {parts.ElementType} have {(long)parts.Entries * size} bytes; found {parts.Values.Length}.");
        if ((long)shape.Length * size > Array.MaxLength)
            throw new InvalidDataException($"A {parts.ElementType} weight of shape {shape} does not fit one array.");

        byte[] dense = new byte[shape.Length * size];
        DigitReader gaps = new(parts.Gaps.Span, parts.GapBits);
        long position = -1;
        for (int entry = 0; entry < parts.Entries; entry++)
        {
            position += gaps[entry] + 1;
            if (position >= shape.Length)
                throw new InvalidDataException($"Entry {entry} stands for element {position}; shape {shape} has {shape.Length}.");
            parts.Values.Span.Slice(entry * size, size).CopyTo(dense.AsSpan((int)position * size));
        }

        return new PrunedTensor(parts.ElementType, shape, dense);
    }
}
