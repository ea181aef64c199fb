using System.Runtime.InteropServices;

namespace DeepCompression;

/// <summary>A weight whose elements share the centroids of a codebook: one code an element.</summary>
public sealed class CodedTensor : CompressedTensor
{
    /// <summary>Makes a tensor of a codebook and its codes.</summary>
    /// <param name="shape">The shape of the dense weight.</param>
    /// <param name="codebook">The centroids.</param>
    /// <param name="codes">One code an element, row-major. The tensor keeps this memory.</param>
    /// <exception cref="ArgumentException">There is not one code an element, a code is not in the codebook, or the groups do not divide the first dimension.</exception>
    public CodedTensor(TensorShape shape, Codebook codebook, ReadOnlyMemory<byte> codes)
        : base((codebook ?? throw new ArgumentNullException(nameof(codebook))).ElementType, shape)
    {
        if (codes.Length != shape.Length)
            throw new ArgumentException($"A weight of shape {shape} has {shape.Length} codes; found {codes.Length}.", nameof(codes));
        if (codebook.Groups > 1 && (shape.Rank == 0 || shape.Dimensions[0] % codebook.Groups != 0))
            throw new ArgumentException($"{codebook.Groups} groups do not divide the first dimension of shape {shape}.", nameof(codebook));
        if (codebook.Size < Codebook.MaxSize && codes.Span.ContainsAnyExceptInRange((byte)0, (byte)Math.Max(codebook.Size - 1, 0)))
            throw new ArgumentException($"A code is not below the codebook's size {codebook.Size}.", nameof(codes));
        if (codebook.Size == 0 && codes.Length > 0)
            throw new ArgumentException("An empty codebook has no codes.", nameof(codes));

        Codebook = codebook;
        Codes = codes;
    }

    /// <summary>The centroids.</summary>
    public Codebook Codebook { get; }

    /// <summary>One code an element, row-major.</summary>
    public ReadOnlyMemory<byte> Codes { get; }

    /// <summary>Elements a group of the codebook.</summary>
    public int GroupLength => Shape.Length / Codebook.Groups;

    /// <inheritdoc/>
    public override int CountNonZeros()
    {
        // Where code 0 is zero, no other code is (FORMAT.md, "Gaps"), unless it pads a group and has no element.
        if (Codebook.HasZero)
            return Shape.Length - Codes.Span.Count((byte)0);

        byte[] dense = new byte[DenseBytes];
        CopyDenseTo(dense);
        return ZeroPatterns.CountNonZeros(dense, ElementType);
    }

    /// <inheritdoc/>
    public override void CopyDenseTo(Span<byte> destination)
    {
        if (destination.Length < DenseBytes)
            throw new ArgumentException($"{DenseBytes} bytes are needed; found {destination.Length}.", nameof(destination));

        switch (ElementType.GetSize())
        {
            case 2: LookUp(MemoryMarshal.Cast<byte, ushort>(Codebook.Values.Span), MemoryMarshal.Cast<byte, ushort>(destination)); break;
            case 4: LookUp(MemoryMarshal.Cast<byte, uint>(Codebook.Values.Span), MemoryMarshal.Cast<byte, uint>(destination)); break;
            default: LookUp(MemoryMarshal.Cast<byte, ulong>(Codebook.Values.Span), MemoryMarshal.Cast<byte, ulong>(destination)); break;
        }
    }

    private void LookUp<T>(ReadOnlySpan<T> codebook, Span<T> destination)
        where T : unmanaged
    {
        ReadOnlySpan<byte> codes = Codes.Span;
        for (int group = 0; group < Codebook.Groups; group++)
        {
            ReadOnlySpan<T> centroids = codebook.Slice(group * Codebook.Size, Codebook.Size);
            int start = group * GroupLength;
            for (int i = start; i < start + GroupLength; i++)
                destination[i] = centroids[codes[i]];
        }
    }
}
