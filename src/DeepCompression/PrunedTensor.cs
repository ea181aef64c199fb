namespace DeepCompression;

/// <summary>A weight with values of its own, not shared; any number of them may be zero.</summary>
public sealed class PrunedTensor : CompressedTensor
{
    /// <summary>Makes a tensor of its values.</summary>
    /// <param name="elementType">The type of an element.</param>
    /// <param name="shape">The shape of the weight.</param>
    /// <param name="values">The dense values, little-endian and row-major. The tensor keeps this memory.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="values"/> does not fit the shape.</exception>
    public PrunedTensor(ElementType elementType, TensorShape shape, ReadOnlyMemory<byte> values)
        : base(elementType, shape)
    {
        if (values.Length != DenseBytes)
            throw new ArgumentException($"A {elementType} weight of shape {shape} has {DenseBytes} bytes; found {values.Length}.", nameof(values));
        Values = values;
    }

    /// <summary>The dense values, little-endian and row-major.</summary>
    public ReadOnlyMemory<byte> Values { get; }

    /// <inheritdoc/>
    public override int CountNonZeros() => ZeroPatterns.CountNonZeros(Values.Span, ElementType);

    /// <inheritdoc/>
    public override void CopyDenseTo(Span<byte> destination) => Values.Span.CopyTo(destination);
}
