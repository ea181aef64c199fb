using DeepCompression.Sparse;

namespace DeepCompression.ExecutionProvider.Weights;

/// <summary>What is done to a weight before a kernel is built of it.</summary>
internal static class WeightMatrix
{
    /// <summary>Multiplies rows by factors: only the codebook changes, which then has one group a factor, or one where all factors are equal.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="factors">One factor a row, or a run of as many rows each; null leaves the matrix as it is.</param>
    public static CsrMatrix Scale(CsrMatrix matrix, float[]? factors)
    {
        if (factors is null)
            return matrix;
        foreach (float factor in factors)
        {
            if (factor != factors[0])
                return matrix.Scale(factors);
        }

        float[] one = new float[matrix.Groups];
        for (int group = 0; group < one.Length; group++)
            one[group] = factors[0];
        return matrix.Scale(one);
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
