namespace DeepCompression;

/// <summary>
/// A weight after the lossy stages, pruning and weight sharing: the value that every lossless form stands for.
/// It is either a <see cref="CodedTensor"/> (shared weights) or a <see cref="PrunedTensor"/> (any values, some of them zero).
/// </summary>
public abstract class CompressedTensor
{
    private protected CompressedTensor(ElementType elementType, TensorShape shape)
    {
        _ = elementType.GetSize();
        ElementType = elementType;
        Shape = shape;
    }

    /// <summary>The element type of the dense weight.</summary>
    public ElementType ElementType { get; }

    /// <summary>The shape of the dense weight.</summary>
    public TensorShape Shape { get; }

    /// <summary>The size of the dense weight in bytes.</summary>
    public long DenseBytes => (long)Shape.Length * ElementType.GetSize();

    /// <summary>Counts the elements whose bit pattern is not that of +0.</summary>
    /// <returns>The number of non-zeros.</returns>
    public abstract int CountNonZeros();

    /// <summary>Writes the dense weight, row-major and little-endian.</summary>
    /// <param name="destination">At least <see cref="DenseBytes"/> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public abstract void CopyDenseTo(Span<byte> destination);
}
