namespace DeepCompression;

/// <summary>The static shape of a weight. The default value is the shape of a scalar.</summary>
public readonly struct TensorShape : IEquatable<TensorShape>
{
    private readonly long[]? _dimensions;

    /// <summary>Makes a shape of the given dimensions, outermost first.</summary>
    /// <param name="dimensions">The dimensions; none for a scalar.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative.</exception>
    /// <exception cref="ArgumentException">The product of the dimensions is more than <see cref="int.MaxValue"/>.</exception>
    public TensorShape(params ReadOnlySpan<long> dimensions)
    {
        long length = 1;
        bool isEmpty = false;
        foreach (long dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(dimensions));
            isEmpty |= dimension == 0;
        }

        foreach (long dimension in isEmpty ? [0] : dimensions)
        {
            if (dimension > int.MaxValue || length * dimension > int.MaxValue)
                throw new ArgumentException($"A weight holds at most {int.MaxValue} elements; this shape has more.", nameof(dimensions));
            length *= dimension;
        }

        _dimensions = dimensions.ToArray();
        Length = (int)length;
        HasLength = true;
    }

    private bool HasLength { get; }

    /// <summary>The dimensions, outermost first.</summary>
    public ReadOnlySpan<long> Dimensions => _dimensions;

    /// <summary>The number of dimensions; 0 for a scalar.</summary>
    public int Rank => Dimensions.Length;

    /// <summary>The number of elements; 1 for a scalar.</summary>
    public int Length { get => HasLength ? field : 1; }

    /// <inheritdoc/>
    public bool Equals(TensorShape other) => Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (long dimension in Dimensions)
            hash.Add(dimension);
        return hash.ToHashCode();
    }

    /// <summary>Whether two shapes have the same dimensions.</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Whether two shapes differ in a dimension.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);

    /// <summary>The dimensions with a cross between, for example <c>64x3x3x3</c>; <c>scalar</c> without any.</summary>
    public override string ToString() => Rank == 0 ? "scalar" : string.Join('x', Dimensions.ToArray());
}
