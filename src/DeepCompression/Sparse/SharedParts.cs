using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Sparse;

/// <summary>The constants of a portable <c>SharedWeight</c> node beside its codebook and shape (FORMAT.md, part 1).</summary>
public sealed class SharedParts
{
    private const int RunLength = 1024; // codes that are unpacked at once: a whole number of bytes

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
    public static void DecodeDense(SharedParts parts, Codebook codebook, TensorShape shape, Span<byte> destination)
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
        switch (size)
        {
            case 2: parts.LookUp(MemoryMarshal.Cast<byte, ushort>(codebook.Values.Span), codebook, MemoryMarshal.Cast<byte, ushort>(destination)); break;
            case 4: parts.LookUp(MemoryMarshal.Cast<byte, Bits32>(codebook.Values.Span), codebook, MemoryMarshal.Cast<byte, Bits32>(destination)); break;
            default: parts.LookUp(MemoryMarshal.Cast<byte, ulong>(codebook.Values.Span), codebook, MemoryMarshal.Cast<byte, ulong>(destination)); break;
        }
    }

    private void LookUp<T>(ReadOnlySpan<T> centroids, Codebook codebook, Span<T> dense)
        where T : unmanaged
    {
        int size = codebook.Size, groupLength = dense.Length / codebook.Groups;
        Span<T> own = stackalloc T[Codebook.MaxSize]; // as many as a byte can say
        Span<byte> room = stackalloc byte[RunLength];
        for (int start = LookUpWhole(centroids, codebook, dense), group = -1, groupEnd = 0; start < dense.Length; start += RunLength)
        {
            Span<byte> codes = room[..Math.Min(RunLength, dense.Length - start)];
            Digits.Unpack(Codes.Span[(int)((long)start * CodeBits / 8)..], CodeBits, codes);
            if (size < Codebook.MaxSize && (size == 0 || codes.ContainsAnyExceptInRange((byte)0, (byte)(size - 1))))
                throw new InvalidDataException($"A code is not below the codebook's size {size}.");
            for (int done = 0; done < codes.Length;)
            {
                for (; start + done >= groupEnd; groupEnd += groupLength)
                    centroids.Slice(++group * size, size).CopyTo(own);
                int end = Math.Min(codes.Length, groupEnd - start);
                LookUp(ref MemoryMarshal.GetReference(own), codes[done..end], dense[(start + done)..]);
                done = end;
            }
        }
    }

    /// <summary>Writes the whole weight where one register holds the codebook; returns how many elements it wrote.</summary>
    private int LookUpWhole<T>(ReadOnlySpan<T> centroids, Codebook codebook, Span<T> dense)
        where T : unmanaged
    {
        if (typeof(T) != typeof(Bits32) || codebook.Groups != 1 || codebook.Size == 0 || codebook.Size > Vector512<uint>.Count || CodeBits != 4 || !Avx512F.IsSupported)
            return 0;
        Span<uint> table = stackalloc uint[Vector512<uint>.Count];
        table.Clear();
        MemoryMarshal.Cast<T, uint>(centroids).CopyTo(table);
        int done = LookUpPairs(Codes.Span, Vector512.Create<uint>(table), codebook.Size, MemoryMarshal.Cast<T, uint>(dense));
        return done / RunLength * RunLength; // where a code is not below the size, the run with it is read again
    }

    // Writes sixteen elements at once for as long as codes are below the size.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int LookUpPairs(ReadOnlySpan<byte> packed, Vector512<uint> table, int size, Span<uint> dense)
    {
        int done = 0;
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
    private static void LookUp<T>(ref T table, ReadOnlySpan<byte> codes, Span<T> dense)
        where T : unmanaged
    {
        dense = dense[..codes.Length];
        for (int i = 0; i < codes.Length; i++)
            dense[i] = Unsafe.Add(ref table, (uint)codes[i]);
    }
}
