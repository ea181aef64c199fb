namespace DeepCompression.LowRank;

/// <summary>A weight, viewed as a matrix, as the product of a tall and a wide factor.</summary>
public sealed class LowRankFactors
{
    internal LowRankFactors(ElementType elementType, TensorShape shape, int rows, int columns, double[] left, double[] right, double[] singularValues) =>
        (ElementType, Shape, Rows, Columns, LeftValues, RightValues, Singular) = (elementType, shape, rows, columns, left, right, singularValues);

    /// <summary>The element type of the weight.</summary>
    public ElementType ElementType { get; }

    /// <summary>The shape of the weight.</summary>
    public TensorShape Shape { get; }

    /// <summary>Rows of the matrix: the first dimension of the weight.</summary>
    public int Rows { get; }

    /// <summary>Columns of the matrix: the product of the other dimensions.</summary>
    public int Columns { get; }

    /// <summary>Columns of the left and rows of the right factor.</summary>
    public int Rank => Singular.Length;

    /// <summary>The largest singular values of the weight, descending.</summary>
    public ReadOnlySpan<double> SingularValues => Singular;

    /// <summary>The left singular vectors times the singular values, shape (rows, rank) row-major.</summary>
    public ReadOnlySpan<double> Left => LeftValues;

    /// <summary>The right singular vectors, shape (rank, columns) row-major.</summary>
    public ReadOnlySpan<double> Right => RightValues;

    /// <summary>The bytes of both factors in the element type of the weight.</summary>
    public long Bytes => (long)Rank * (Rows + Columns) * ElementType.GetSize();

    private double[] LeftValues { get; }

    private double[] RightValues { get; }

    private double[] Singular { get; }

    /// <summary>Multiplies the factors.</summary>
    /// <returns>The best approximation of the weight of this rank, rounded to its element type.</returns>
    public PrunedTensor Reconstruct()
    {
        byte[] values = new byte[(long)Shape.Length * ElementType.GetSize()];
        Parallel.For(0, Rows, row =>
        {
            double[] sums = new double[Columns];
            for (int r = 0; r < Rank; r++)
                Vectors.AddScaled(RightValues.AsSpan(r * Columns, Columns), LeftValues[row * Rank + r], sums);
            for (int column = 0; column < Columns; column++)
                WeightValues.WriteElement(ElementType, sums[column], values, row * Columns + column);
        });
        return new PrunedTensor(ElementType, Shape, values);
    }
}
