namespace DeepCompression.Kernels;

/// <summary>The sums of a row that a tile kernel keeps in registers: runs of vectors side by side.</summary>
/// <param name="Runs">1 or 2.</param>
/// <param name="Vectors">Vectors a run.</param>
internal readonly record struct TileShape(int Runs, int Vectors)
{
    /// <summary>The shapes that kernels exist for, largest first.</summary>
    public static readonly TileShape[] All = [new(2, 7), new(2, 6), new(2, 4), new(1, 7), new(1, 6), new(2, 2), new(1, 4), new(1, 2), new(1, 1)];

    /// <summary>The most vectors of a run.</summary>
    public const int MaxVectors = 7;

    /// <summary>Vectors in all.</summary>
    public int Sums => Runs * Vectors;
}
