namespace DeepCompression.LowRank;

/// <summary>
/// The truncated singular value decomposition of a weight, for comparison (Han et al. 2016, section 6.1 and figure 6: "SVD").
/// </summary>
public static class TruncatedSvd
{
    private const int Oversampling = 10; // further directions that are followed and then dropped
    private const int PowerIterations = 4; // each raises the gap between kept and dropped directions to the square once more
    private const int DirectSize = 128; // up to this many rows or columns all singular values are computed

    /// <summary>The largest rank whose factors are no larger than a share of the dense weight.</summary>
    /// <param name="rows">Rows of the weight as a matrix.</param>
    /// <param name="columns">Columns of the weight as a matrix.</param>
    /// <param name="share">Bytes of the factors by bytes of the weight, above 0.</param>
    /// <returns>The rank; 0 where one is too large already.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or NaN.</exception>
    public static int RankOfShare(int rows, int columns, double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (!(share >= 0))
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share is at least 0.");
        if (rows == 0 || columns == 0)
            return 0;
        return (int)Math.Min(Math.Min(rows, columns), Math.Floor(share * rows * columns / ((double)rows + columns)));
    }

    /// <summary>Finds the best approximation of a weight by a product of two thin matrices.</summary>
    /// <param name="tensor">The weight, viewed as shape (first dimension, product of the others).</param>
    /// <param name="rank">The number of singular values to keep, at least 1; no more are returned than the matrix has.</param>
    /// <param name="seed">The seed of the random directions where the matrix is large.</param>
    /// <returns>The factors.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rank"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">The weight is a scalar or empty, or an element is NaN or infinite (the message names its index).</exception>
    /// <remarks>
    /// Exact to rounding where the smaller side of the matrix is at most 128 or close to the rank. Else by randomized subspace iteration
    /// (Halko, Martinsson and Tropp 2011, algorithm 4.4), whose error is within a few per cent of the best for weights whose singular
    /// values fall slowly, and much less where they fall fast.
    /// </remarks>
    public static LowRankFactors Factor(PrunedTensor tensor, int rank, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        if (tensor.Shape.Rank == 0 || tensor.Shape.Length == 0)
            throw new ArgumentException($"A weight of shape {tensor.Shape} is no matrix.", nameof(tensor));

        int rows = (int)tensor.Shape.Dimensions[0], columns = tensor.Shape.Length / rows;
        double[][] matrix = ToRows(tensor, rows, columns);
        int smaller = Math.Min(rows, columns);
        rank = Math.Min(rank, smaller);

        // The shorter side is that of the basis: directions of the rows' space, or of the columns'.
        bool transposed = rows > columns;
        double[][] wide = transposed ? Transpose(matrix) : matrix;
        double[][]? basis = smaller <= DirectSize || rank + Oversampling >= smaller ? null : FindBasis(wide, rank + Oversampling, seed);
        double[][] right = basis is null ? Array.ConvertAll(wide, row => (double[])row.Clone()) : Multiply(basis, wide);
        double[][] left = JacobiSvd.Decompose(right);
        if (basis is not null)
            left = Multiply(left, basis);
        return Assemble(tensor, rows, columns, rank, transposed, left, right);
    }

    /// <summary>Rows of left (length: shorter side) and right (longer side, scaled by singular values) become the two factors.</summary>
    private static LowRankFactors Assemble(PrunedTensor tensor, int rows, int columns, int rank, bool transposed, double[][] left, double[][] right)
    {
        double[] singular = new double[rank], tall = new double[rows * rank], wide = new double[rank * columns];
        for (int r = 0; r < rank; r++)
        {
            singular[r] = Math.Sqrt(Vectors.Dot(right[r], right[r]));
            (double[] ofRows, double[] ofColumns) = transposed ? (right[r], left[r]) : (left[r], right[r]);
            double rowFactor = transposed ? 1 : singular[r], columnFactor = transposed || singular[r] == 0 ? 1 : 1 / singular[r];
            for (int row = 0; row < rows; row++)
                tall[row * rank + r] = ofRows[row] * rowFactor;
            for (int column = 0; column < columns; column++)
                wide[r * columns + column] = ofColumns[column] * columnFactor;
        }

        return new LowRankFactors(tensor.ElementType, tensor.Shape, rows, columns, tall, wide, singular);
    }

    /// <summary>An orthonormal basis, one direction a row, of about the strongest directions of the columns' space of a wide matrix.</summary>
    private static double[][] FindBasis(double[][] matrix, int size, int seed)
    {
        Random random = new(seed);
        double[][] directions = new double[size][];
        for (int i = 0; i < size; i++)
        {
            directions[i] = new double[matrix[0].Length];
            foreach (ref double value in directions[i].AsSpan())
                value = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        }

        for (int i = 0; ; i++)
        {
            double[][] basis = MultiplyTransposed(directions, matrix);
            Orthonormalize(basis);
            if (i == PowerIterations)
                return basis;
            directions = Multiply(basis, matrix);
            Orthonormalize(directions);
        }
    }

    /// <summary>Gram and Schmidt's method, twice, so that rounding leaves nothing behind. A dependent row becomes zero.</summary>
    private static void Orthonormalize(double[][] rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            double before = Math.Sqrt(Vectors.Dot(rows[i], rows[i]));
            for (int pass = 0; pass < 2; pass++)
            {
                for (int j = 0; j < i; j++)
                    Vectors.AddScaled(rows[j], -Vectors.Dot(rows[i], rows[j]), rows[i]);
            }

            double after = Math.Sqrt(Vectors.Dot(rows[i], rows[i]));
            Vectors.Scale(rows[i], after <= before * 1e-12 ? 0 : 1 / after);
        }
    }

    /// <summary>left x right, shapes (n, m) and (m, c).</summary>
    private static double[][] Multiply(double[][] left, double[][] right)
    {
        double[][] product = new double[left.Length][];
        Parallel.For(0, left.Length, i =>
        {
            product[i] = new double[right[0].Length];
            for (int j = 0; j < right.Length; j++)
                Vectors.AddScaled(right[j], left[i][j], product[i]);
        });
        return product;
    }

    /// <summary>left x right transposed, shapes (n, c) and (m, c).</summary>
    private static double[][] MultiplyTransposed(double[][] left, double[][] right)
    {
        double[][] product = new double[left.Length][];
        Parallel.For(0, left.Length, i => product[i] = Array.ConvertAll(right, row => Vectors.Dot(left[i], row)));
        return product;
    }

    private static double[][] ToRows(PrunedTensor tensor, int rows, int columns)
    {
        double[][] matrix = new double[rows][];
        for (int row = 0; row < rows; row++)
        {
            matrix[row] = new double[columns];
            for (int column = 0; column < columns; column++)
            {
                int index = row * columns + column;
                double value = WeightValues.ReadElement(tensor.ElementType, tensor.Values.Span, index);
                matrix[row][column] = double.IsFinite(value) ? value : throw new ArgumentException($"Weight {index} is {value}: only finite weights can be factored.", nameof(tensor));
            }
        }

        return matrix;
    }

    private static double[][] Transpose(double[][] matrix)
    {
        double[][] transposed = new double[matrix[0].Length][];
        for (int column = 0; column < transposed.Length; column++)
            transposed[column] = Array.ConvertAll(matrix, row => row[column]);
        return transposed;
    }
}
