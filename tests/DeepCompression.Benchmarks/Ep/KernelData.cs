using DeepCompression.Sparse;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>Random weights of a given density over a codebook, sparse and dense.</summary>
internal sealed class KernelData
{
    /// <summary>Makes weights with a fixed seed.</summary>
    public KernelData(int rows, int columns, double density, int centroids)
    {
        Random random = new(7);
        float scale = 1 / MathF.Sqrt((float)(columns * density));
        float[] codebook = new float[centroids];
        for (int i = 1; i < centroids; i++)
            codebook[i] = scale * ((2f * i / (centroids - 1)) - 1 + (i * 2 == centroids ? 0.01f : 0));
        Dense = new float[(long)rows * columns];
        List<int> indices = new((int)(rows * (double)columns * density * 1.1));
        List<byte> codes = new(indices.Capacity);
        int[] pointers = new int[rows + 1];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                if (random.NextDouble() >= density)
                    continue;
                byte code = (byte)random.Next(1, centroids);
                indices.Add(column);
                codes.Add(code);
                Dense[((long)row * columns) + column] = codebook[code];
            }

            pointers[row + 1] = indices.Count;
        }

        Sparse = new CsrMatrix(rows, columns, pointers, [.. indices], [.. codes], codebook);
    }

    /// <summary>The weights, zeros left out.</summary>
    public CsrMatrix Sparse { get; }

    /// <summary>The weights, row-major.</summary>
    public float[] Dense { get; }

    /// <summary>Uniform numbers of -1 to 1.</summary>
    public static float[] Inputs(int count)
    {
        Random random = new(11);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (random.NextSingle() * 2) - 1;
        return values;
    }
}
