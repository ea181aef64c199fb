namespace DeepCompression.Sparse;

/// <summary>The constants of a portable <c>SharedWeight</c> node beside its codebook and shape (FORMAT.md, part 1).</summary>
public sealed class SharedParts
{
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
}
