using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Sparse;

/// <summary>The constants of a portable <c>SharedWeight</c> node beside its codebook and shape (FORMAT.md, part 1).</summary>
public sealed class SharedParts
{
    private const int RunLength = 1024; // codes that are unpacked at once: a whole number of bytes
    private const int MostInRegister = 16; // centroids of four bytes

    /// <summary>Puts parts together as they stand in a file. Nothing is checked before <see cref="Decode"/>.</summary>
    /// <param name="codes">One digit an element.</param>
    /// <param name="codeBits">Bits a code: 1, 2, 4 or 8.</param>
    public SharedParts(ReadOnlyMemory<byte> codes, int codeBits) => (Codes, CodeBits) = (codes, codeBits);

    /// <summary>One digit of <see cref="CodeBits"/> bits an element.</summary>
    public ReadOnlyMemory<byte> Codes { get; }

    /// <summary>Bits a code: 1, 2, 4 or 8.</summary>
    public int CodeBits { get; }

    /// <summary>Makes the parts of a weight.</summary>
    /// <param name="tensor">The weight.</param>
    /// <returns>The parts; the codebook and shape are the weight's own.</returns>
    public static SharedParts Encode(CodedTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        int bits = Digits.GetBits(tensor.Codebook.Size);
        return new SharedParts(SparseParts.Pack(tensor.Codes.Span, bits), bits);
    }

    /// <summary>Makes the weight that parts stand for, and checks everything that a file can get wrong.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="codebook">The codebook beside them.</param>
    /// <param name="shape">The shape beside them.</param>
    /// <returns>The weight.</returns>
    /// <exception cref="InvalidDataException">The parts, codebook and shape do not fit each other.</exception>
    public static CodedTensor Decode(SharedParts parts, Codebook codebook, TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(codebook);
        Digits.Validate(parts.Codes.Span, shape.Length, parts.CodeBits, "codes");
        if (codebook.Size > 1 << parts.CodeBits)
            throw new InvalidDataException($"A codebook of {codebook.Size} does not fit {parts.CodeBits} code bits.");

        byte[] codes = GC.AllocateUninitializedArray<byte>(shape.Length);
        Digits.Unpack(parts.Codes.Span, parts.CodeBits, codes);
        try
        {
            return new CodedTensor(shape, codebook, codes);
        }
        catch (ArgumentException mismatch)
        {
            throw new InvalidDataException(mismatch.Message, mismatch);
        }
    }

    /// <summary>Writes the elements of the weight that parts stand for, without a byte for every code in between.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="codebook">The codebook beside them.</param>
    /// <param name="shape">The shape beside them.</param>
    /// <param name="destination">Takes the elements, little-endian and row-major.</param>
    /// <exception cref="InvalidDataException">The parts, codebook and shape do not fit each other.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static unsafe void DecodeDense(SharedParts parts, Codebook codebook, TensorShape shape, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(codebook);
        Digits.Validate(parts.Codes.Span, shape.Length, parts.CodeBits, "codes");
        if (codebook.Size > 1 << parts.CodeBits)
            throw new InvalidDataException($"A codebook of {codebook.Size} does not fit {parts.CodeBits} code bits.");
        if (codebook.Groups > 1 && (shape.Rank == 0 || shape.Dimensions[0] % codebook.Groups != 0))
            throw new InvalidDataException($"{codebook.Groups} groups do not divide the first dimension of shape {shape}.");
        int size = codebook.ElementType.GetSize();
        if (destination.Length < (long)shape.Length * size)
            throw new ArgumentException($"{(long)shape.Length * size} bytes are needed; found {destination.Length}.", nameof(destination));
        destination = destination[..(shape.Length * size)];
        fixed (byte* centroids = codebook.Values.Span, dense = destination)
        {
            switch (size)
            {
                case 2: parts.LookUp((ushort*)centroids, codebook, (ushort*)dense, shape.Length); break;
                case 4: parts.LookUp((Bits32*)centroids, codebook, (Bits32*)dense, shape.Length); break;
                default: parts.LookUp((ulong*)centroids, codebook, (ulong*)dense, shape.Length); break;
            }
        }
    }

    // Pointers: spans of structures of ours are not compiled ahead of time. The groups divide the length.
    private unsafe void LookUp<T>(T* centroids, Codebook codebook, T* dense, int length)
        where T : unmanaged
    {
        int size = codebook.Size, groupLength = length / codebook.Groups;
        T* own = stackalloc T[Codebook.MaxSize]; // as many as a byte can say
        Span<byte> room = stackalloc byte[RunLength];
        for (int start = LookUpWhole(centroids, codebook, dense, length), group = -1, groupEnd = 0; start < length; start += RunLength)
        {
            Span<byte> codes = room[..Math.Min(RunLength, length - start)];
            Digits.Unpack(Codes.Span[(int)((long)start * CodeBits / 8)..], CodeBits, codes);
            if (size < Codebook.MaxSize && (size == 0 || codes.ContainsAnyExceptInRange((byte)0, (byte)(size - 1))))
                throw new InvalidDataException($"A code is not below the codebook's size {size}.");
            for (int done = 0; done < codes.Length;)
            {
                for (; start + done >= groupEnd; groupEnd += groupLength)
                    Buffer.MemoryCopy(centroids + (++group * size), own, Codebook.MaxSize * sizeof(T), size * sizeof(T));
                int end = Math.Min(codes.Length, groupEnd - start);
                LookUp(own, codes[done..end], dense + start + done);
                done = end;
            }
        }
    }

    /// <summary>Writes the whole weight where one register holds the codebook; returns how many elements it wrote.</summary>
    private unsafe int LookUpWhole<T>(T* centroids, Codebook codebook, T* dense, int length)
        where T : unmanaged
    {
        if (typeof(T) != typeof(Bits32) || codebook.Groups != 1 || codebook.Size is 0 or > MostInRegister || CodeBits != 4)
            return 0;
        int done = LookUpPairs(Codes.Span, new ReadOnlySpan<uint>(centroids, codebook.Size), new Span<uint>(dense, length));
        return done / RunLength * RunLength; // where a code is not below the size, the run with it is read again
    }

    // Writes sixteen elements at once for as long as codes are below the size.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int LookUpPairs(ReadOnlySpan<byte> packed, ReadOnlySpan<uint> centroids, Span<uint> dense)
    {
        if (!Avx512F.IsSupported)
            return 0;
        Span<uint> all = stackalloc uint[Vector512<uint>.Count];
        all.Clear();
        centroids.CopyTo(all);
        Vector512<uint> table = Vector512.Create<uint>(all);
        int done = 0, size = centroids.Length;
        Vector128<byte> most = Vector128.Create((byte)(size - 1));
        for (; done <= dense.Length - Vector512<uint>.Count; done += Vector512<uint>.Count)
        {
            Vector128<ushort> pairs = Vector128.WidenLower(Vector128.CreateScalarUnsafe(BinaryPrimitives.ReadUInt64LittleEndian(packed[(done / 2)..])).AsByte());
            Vector128<byte> codes = ((pairs | (pairs << 4)) & Vector128.Create((ushort)0x0f0f)).AsByte();
            if (size < Vector512<uint>.Count && Vector128.GreaterThanAny(codes, most))
                break;
            Avx512F.PermuteVar16x32(table, Avx512F.ConvertToVector512UInt32(codes)).CopyTo(dense[done..]);
        }

        return done;
    }

    // The table has an element for every byte.
    private static unsafe void LookUp<T>(T* table, ReadOnlySpan<byte> codes, T* dense)
        where T : unmanaged
    {
        for (int i = 0; i < codes.Length; i++)
            dense[i] = table[codes[i]];
    }
}
