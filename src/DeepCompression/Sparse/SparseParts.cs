using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepCompression.Sparse;

/// <summary>The constants of a portable <c>SparseWeight</c> node beside its codebook and shape (FORMAT.md, part 1).</summary>
public sealed class SparseParts
{
    /// <summary>Entries that are unpacked at once: a whole number of bytes.</summary>
    internal const int RunLength = 1024;

    /// <summary>Puts parts together as they stand in a file. Nothing is checked before <see cref="Decode"/>.</summary>
    /// <param name="gaps">One digit an entry.</param>
    /// <param name="codes">One digit an entry.</param>
    /// <param name="entries">The number of entries, fillers included.</param>
    /// <param name="gapBits">Bits a gap: 1, 2, 4 or 8.</param>
    /// <param name="codeBits">Bits a code: 1, 2, 4 or 8.</param>
    public SparseParts(ReadOnlyMemory<byte> gaps, ReadOnlyMemory<byte> codes, int entries, int gapBits, int codeBits) =>
        (Gaps, Codes, Entries, GapBits, CodeBits) = (gaps, codes, entries, gapBits, codeBits);

    /// <summary>One digit of <see cref="GapBits"/> bits an entry.</summary>
    public ReadOnlyMemory<byte> Gaps { get; }

    /// <summary>One digit of <see cref="CodeBits"/> bits an entry.</summary>
    public ReadOnlyMemory<byte> Codes { get; }

    /// <summary>The number of entries, fillers included.</summary>
    public int Entries { get; }

    /// <summary>Bits a gap: 1, 2, 4 or 8.</summary>
    public int GapBits { get; }

    /// <summary>Bits a code: 1, 2, 4 or 8.</summary>
    public int CodeBits { get; }

    /// <summary>Makes the parts of a weight.</summary>
    /// <param name="tensor">A weight whose codebook has +0 as code 0 in every group.</param>
    /// <param name="gapBits">Bits a gap, 1, 2, 4 or 8; where null, those that give the smallest result.</param>
    /// <returns>The parts; the codebook and shape are the weight's own.</returns>
    /// <exception cref="ArgumentException">Code 0 is not +0.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gapBits"/> is not 1, 2, 4 or 8.</exception>
    public static SparseParts Encode(CodedTensor tensor, int? gapBits = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!tensor.Codebook.HasZero)
            throw new ArgumentException("A sparse weight's code 0 is +0; this codebook starts with another value.", nameof(tensor));

        int[] positions = FindPositions(tensor);
        byte[] positionCodes = GC.AllocateUninitializedArray<byte>(positions.Length);
        ReadOnlySpan<byte> codes = tensor.Codes.Span;
        for (int i = 0; i < positions.Length; i++)
            positionCodes[i] = codes[positions[i]];

        int codeBits = Digits.GetBits(tensor.Codebook.Size);
        int bits = gapBits ?? GapWidth.Choose(positions, codeBits);
        int entries = checked((int)RelativeIndex.CountEntries(positions, bits));
        byte[] gaps = GC.AllocateUninitializedArray<byte>(entries);
        byte[] entryCodes = GC.AllocateUninitializedArray<byte>(entries);
        RelativeIndex.Encode(positions, positionCodes, bits, gaps, entryCodes);
        return new SparseParts(Pack(gaps, bits), Pack(entryCodes, codeBits), entries, bits, codeBits);
    }

    /// <summary>Makes the weight that parts stand for, and checks everything that a file can get wrong.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="codebook">The codebook beside them.</param>
    /// <param name="shape">The shape beside them.</param>
    /// <returns>The weight.</returns>
    /// <exception cref="InvalidDataException">The parts, codebook and shape do not fit each other.</exception>
    public static CodedTensor Decode(SparseParts parts, Codebook codebook, TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(codebook);
        parts.Validate(codebook);
        if (codebook.Groups > 1 && (shape.Rank == 0 || shape.Dimensions[0] % codebook.Groups != 0))
            throw new InvalidDataException($"{codebook.Groups} groups do not divide the first dimension of shape {shape}.");

        byte[] dense = new byte[shape.Length];
        long position = -1;
        Span<byte> gapRoom = stackalloc byte[RunLength], codeRoom = stackalloc byte[RunLength];
        for (int first = 0; first < parts.Entries; first += RunLength)
        {
            parts.UnpackRun(first, codebook.Size, gapRoom, codeRoom, out ReadOnlySpan<byte> gaps, out ReadOnlySpan<byte> codes);
            for (int i = 0; i < codes.Length; i++)
            {
                position += gaps[i] + 1;
                if (position >= dense.Length)
                    throw new InvalidDataException($"Entry {first + i} stands for element {position}; shape {shape} has {shape.Length}.");
                dense[position] = codes[i];
            }
        }

        return new CodedTensor(shape, codebook, dense);
    }

    /// <summary>Writes the elements of the weight that parts stand for, without a code for every element in between.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="codebook">The codebook beside them.</param>
    /// <param name="shape">The shape beside them.</param>
    /// <param name="destination">Takes the elements, little-endian and row-major.</param>
    /// <exception cref="InvalidDataException">The parts, codebook and shape do not fit each other.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static unsafe void DecodeDense(SparseParts parts, Codebook codebook, TensorShape shape, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(codebook);
        parts.Validate(codebook);
        if (codebook.Groups > 1 && (shape.Rank == 0 || shape.Dimensions[0] % codebook.Groups != 0))
            throw new InvalidDataException($"{codebook.Groups} groups do not divide the first dimension of shape {shape}.");
        int size = codebook.ElementType.GetSize();
        if (destination.Length < (long)shape.Length * size)
            throw new ArgumentException($"{(long)shape.Length * size} bytes are needed; found {destination.Length}.", nameof(destination));
        destination = destination[..(shape.Length * size)];
        destination.Clear(); // +0 of every element type
        fixed (byte* centroids = codebook.Values.Span, dense = destination)
        {
            switch (size)
            {
                case 2: parts.Scatter((ushort*)centroids, codebook, (ushort*)dense, shape.Length); break;
                case 4: parts.Scatter((Bits32*)centroids, codebook, (Bits32*)dense, shape.Length); break;
                default: parts.Scatter((ulong*)centroids, codebook, (ulong*)dense, shape.Length); break;
            }
        }
    }

    // Pointers: spans of structures of ours are not compiled ahead of time. A position is checked to be below the length, and a code to be below the size.
    private unsafe void Scatter<T>(T* centroids, Codebook codebook, T* dense, int length)
        where T : unmanaged
    {
        int size = codebook.Size, groupLength = length / codebook.Groups, groupEnd = groupLength, firstCode = 0;
        long position = -1;
        Span<byte> gapRoom = stackalloc byte[RunLength], codeRoom = stackalloc byte[RunLength];
        for (int first = 0; first < Entries; first += RunLength)
        {
            UnpackRun(first, size, gapRoom, codeRoom, out ReadOnlySpan<byte> gaps, out ReadOnlySpan<byte> codes);
            for (int i = 0; i < codes.Length; i++)
            {
                // Eight at once, where the last is in this group: so are the others, and codes are below the size.
                if (i + 8 <= codes.Length && ShortGaps.TrySum(gaps[i..], out ulong sums) && position + (long)(sums >> 56) < groupEnd)
                {
                    T* before = dense + position, centroid = centroids + firstCode;
                    ref byte code = ref Unsafe.Add(ref MemoryMarshal.GetReference(codes), i);
                    for (int k = 0; k < 8; k++)
                        before[(byte)(sums >> (8 * k))] = centroid[Unsafe.Add(ref code, k)];
                    position += (long)(sums >> 56);
                    i += 7;
                    continue;
                }

                position += gaps[i] + 1;
                if (position >= length)
                    throw new InvalidDataException($"Entry {first + i} stands for element {position}; the shape has {length}.");
                for (; position >= groupEnd; groupEnd += groupLength)
                    firstCode += size;
                dense[position] = centroids[firstCode + codes[i]];
            }
        }
    }

    /// <summary>Unpacks the gaps and codes of entries, and checks the codes.</summary>
    /// <param name="first">The first entry: a multiple of <see cref="RunLength"/>.</param>
    /// <param name="size">What codes are below.</param>
    /// <param name="gapRoom">Room for <see cref="RunLength"/> gaps.</param>
    /// <param name="codeRoom">Room for <see cref="RunLength"/> codes.</param>
    /// <param name="gaps">The gaps of as many entries as there are.</param>
    /// <param name="codes">The codes of the same.</param>
    /// <exception cref="InvalidDataException">A code is beyond the codebook.</exception>
    internal void UnpackRun(int first, int size, Span<byte> gapRoom, Span<byte> codeRoom, out ReadOnlySpan<byte> gaps, out ReadOnlySpan<byte> codes)
    {
        int count = Math.Min(RunLength, Entries - first);
        Digits.Unpack(Gaps.Span[(int)((long)first * GapBits / 8)..], GapBits, gapRoom[..count]);
        Digits.Unpack(Codes.Span[(int)((long)first * CodeBits / 8)..], CodeBits, codeRoom[..count]);
        gaps = gapRoom[..count];
        codes = codeRoom[..count];
        if (size < Codebook.MaxSize && (size == 0 || codes.ContainsAnyExceptInRange((byte)0, (byte)(size - 1))))
        {
            int wrong = size == 0 ? 0 : codes.IndexOfAnyExceptInRange((byte)0, (byte)(size - 1));
            throw new InvalidDataException($"Entry {first + wrong} has code {codes[wrong]}; the codebook has {size}.");
        }
    }

    /// <summary>Checks sizes and the codebook; positions and codes are checked where they are read.</summary>
    internal void Validate(Codebook codebook)
    {
        Digits.Validate(Gaps.Span, Entries, GapBits, "gaps");
        Digits.Validate(Codes.Span, Entries, CodeBits, "codes");
        if (!codebook.HasZero)
            throw new InvalidDataException("A sparse weight's code 0 is +0; this codebook starts with another value.");
        if (codebook.Size > 1 << CodeBits)
            throw new InvalidDataException($"A codebook of {codebook.Size} does not fit {CodeBits} code bits.");
    }

    internal static byte[] Pack(ReadOnlySpan<byte> values, int bits)
    {
        byte[] packed = GC.AllocateUninitializedArray<byte>(Digits.GetPackedLength(values.Length, bits));
        Digits.Pack(values, bits, packed);
        return packed;
    }

    private static int[] FindPositions(CodedTensor tensor)
    {
        ulong[] mask = new ulong[(tensor.Codes.Length + 63L) / 64];
        int count = NonZeroScan.WriteMask(tensor.Codes.Span, mask);
        int[] positions = GC.AllocateUninitializedArray<int>(count);
        NonZeroScan.WritePositions(mask, positions);
        return positions;
    }
}
