namespace DeepCompression.LowRank;

/// <summary>
/// Singular values by one-sided Jacobi rotations (Hestenes 1958): rows are rotated against each other until all are orthogonal; their
/// lengths are then the singular values, and the rotations the left singular vectors.
/// </summary>
internal static class JacobiSvd
{
    private const int MaxSweeps = 60; // converges quadratically: ten are rarely needed
    private const double Orthogonal = 1e-14; // cosine below which two rows count as orthogonal

    /// <summary>
    /// Decomposes <paramref name="rows"/>, which become the right singular vectors, as long as their singular values. Both results are
    /// in descending order of these.
    /// </summary>
    /// <returns>Row i holds how the i-th result is composed of the rows given: the i-th left singular vector.</returns>
    public static double[][] Decompose(double[][] rows)
    {
        int count = rows.Length;
        double[][] left = new double[count][];
        for (int i = 0; i < count; i++)
            (left[i] = new double[count])[i] = 1;

        bool rotated = true;
        for (int sweep = 0; rotated && sweep < MaxSweeps; sweep++)
        {
            rotated = false;
            for (int i = 0; i + 1 < count; i++)
            {
                for (int j = i + 1; j < count; j++)
                    rotated |= Orthogonalize(rows[i], rows[j], left[i], left[j]);
            }
        }

        double[] lengths = Array.ConvertAll(rows, row => -Vectors.Dot(row, row));
        Array.Sort((double[])lengths.Clone(), left);
        Array.Sort(lengths, rows);
        return left;
    }

    private static bool Orthogonalize(double[] x, double[] y, double[] leftX, double[] leftY)
    {
        double a = Vectors.Dot(x, x), b = Vectors.Dot(y, y), product = Vectors.Dot(x, y);
        if (Math.Abs(product) <= Orthogonal * Math.Sqrt(a * b) || product == 0)
            return false;
        double zeta = (b - a) / (2 * product);
        double t = Math.CopySign(1, zeta) / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta));
        double c = 1 / Math.Sqrt(1 + t * t), s = c * t;
        Vectors.Rotate(x, y, c, s);
        Vectors.Rotate(leftX, leftY, c, s);
        return true;
    }
}
