namespace DeepCompression;

/// <summary>What can be asked of an <see cref="ElementType"/>.</summary>
public static class ElementTypeExtensions
{
    /// <summary>The size of one element in bytes: 2, 4 or 8.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>Bytes an element.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is not a defined element type.</exception>
    public static int GetSize(this ElementType type) => type switch
    {
        ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Float32 => 4,
        ElementType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a weight's element type."),
    };
}
