using DeepCompression.Sparse;

namespace DeepCompression.ExecutionProvider.Weights;

/// <summary>What is done to a weight before a kernel is built of it.</summary>
internal static class WeightMatrix
{
    /// <summary>Multiplies rows by factors: only the codebook changes, which then has one group a factor.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="factors">One factor a row, or a run of as many rows each; null leaves the matrix as it is.</param>
    public static CsrMatrix Scale(CsrMatrix matrix, float[]? factors)
    {
        if (factors is null)
            return matrix;
        if (Array.TrueForAll(factors, factor => factor == factors[0]))
            return matrix.With(Array.ConvertAll(matrix.Codebook, value => value * factors[0]), matrix.Groups);

        int size = matrix.Codebook.Length / matrix.Groups;
        float[] codebook = new float[factors.Length * size];
        for (int i = 0; i < factors.Length; i++)
        {
            int group = i / (factors.Length / matrix.Groups);
            Multiply(matrix.Codebook.AsSpan(group * size, size), factors[i], codebook.AsSpan(i * size, size));
        }

        return matrix.With(codebook, factors.Length);
    }

    private static void Multiply(ReadOnlySpan<float> values, float factor, Span<float> destination)
    {
        destination = destination[..values.Length];
        for (int i = 0; i < values.Length; i++)
            destination[i] = values[i] * factor;
    }

    /// <summary>A run of rows of a matrix with one codebook.</summary>
    public static CsrMatrix Slice(CsrMatrix matrix, int first, int count)
    {
        if (count == matrix.Rows)
            return matrix;
        int start = matrix.RowPointers[first];
        int end = matrix.RowPointers[first + count];
        int[] pointers = Array.ConvertAll(matrix.RowPointers[first..(first + count + 1)], pointer => pointer - start);
        return new CsrMatrix(count, matrix.Columns, pointers, matrix.ColumnIndices[start..end], matrix.Codes[start..end], matrix.Codebook);
    }

    /// <summary>The centroids as float32: exact for all types but float64, which is rounded to nearest.</summary>
    public static float[] ToSingle(Codebook codebook) => WeightValues.ToSingle(codebook.ElementType, codebook.Values.Span);
}
