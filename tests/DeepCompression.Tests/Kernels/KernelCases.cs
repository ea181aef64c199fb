using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

/// <summary>Random weights, plain loops to compare with, and the widths of this machine.</summary>
internal static class KernelCases
{
    public static TheoryData<VectorWidth> Widths => [.. KernelDispatch.Supported];

    /// <summary>So few that kernels may hold them in registers, every other time.</summary>
    public static int CountCentroids(Random random)
    {
        int count = random.Next(1, 257);
        return count % 2 == 0 ? count : (count + 7) / 8;
    }

    public static CsrMatrix RandomMatrix(Random random, int rows, int columns, double density, int centroids, int groups = 1, bool zeroCentroid = true)
    {
        float[] codebook = new float[groups * centroids];
        for (int i = 0; i < codebook.Length; i++)
            codebook[i] = zeroCentroid && i % centroids == 0 ? 0 : (float)((random.NextDouble() * 2) - 1.01);
        int[] pointers = new int[rows + 1];
        List<int> indices = [];
        List<byte> codes = [];
        int firstCode = zeroCentroid && centroids > 1 ? 1 : 0;
        for (int row = 0; row < rows; row++)
        {
            bool empty = random.Next(10) == 0 && density < 1;
            for (int column = 0; column < columns && !empty; column++)
            {
                if (random.NextDouble() >= density)
                    continue;
                indices.Add(column);
                codes.Add((byte)random.Next(firstCode, centroids));
            }

            pointers[row + 1] = indices.Count;
        }

        return new CsrMatrix(rows, columns, pointers, [.. indices], [.. codes], codebook, groups);
    }

    public static float[] Dense(CsrMatrix matrix)
    {
        float[] dense = new float[matrix.Rows * matrix.Columns];
        int size = matrix.Codebook.Length / matrix.Groups;
        for (int row = 0; row < matrix.Rows; row++)
        {
            int group = row / (matrix.Rows / matrix.Groups);
            for (int entry = matrix.RowPointers[row]; entry < matrix.RowPointers[row + 1]; entry++)
                dense[(row * matrix.Columns) + matrix.ColumnIndices[entry]] = matrix.Codebook[(group * size) + matrix.Codes[entry]];
        }

        return dense;
    }

    public static float[] Numbers(Random random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (random.NextSingle() * 2) - 1;
        return values;
    }

    public static Activation RandomActivation(Random random) => random.Next(4) switch
    {
        0 => default,
        1 => Activation.Relu,
        2 => Activation.LeakyRelu(0.1f),
        _ => Activation.Clip(-0.25f, 0.5f),
    };

    /// <summary>y = activation(x Wᵀ + bias), summed in float64.</summary>
    public static float[] Linear(float[] weights, int outputs, int inputs, float[] bias, Activation activation, float[] x, int batch)
    {
        float[] y = new float[batch * outputs];
        for (int b = 0; b < batch; b++)
        {
            for (int o = 0; o < outputs; o++)
            {
                double sum = bias.Length == 0 ? 0 : bias[o];
                for (int i = 0; i < inputs; i++)
                    sum += (double)weights[(o * inputs) + i] * x[(b * inputs) + i];
                y[(b * outputs) + o] = Activate(sum, activation);
            }
        }

        return y;
    }

    public static float Activate(double x, Activation activation) => (float)(activation.Kind switch
    {
        ActivationKind.None => x,
        ActivationKind.LeakyRelu => x < 0 ? activation.Slope * x : x,
        _ => Math.Min(Math.Max(x, activation.Low), activation.High),
    });

    /// <summary>Sums of n products in another order differ by a rounding each: 1e-5 of the largest is ample for the sizes here.</summary>
    public static void AssertClose(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        (int place, double error) = FindWorst(expected, actual, expected);
        Assert.True(error <= 1e-5, place < 0 ? what : $"{what}: element {place} is {actual[place]}, expected {expected[place]}");
    }

    /// <summary>The element that differs most, and by how much of the largest of some numbers, or of 1; one that was not written, and is no number, differs without end.</summary>
    public static (int Place, double Error) FindWorst(float[] expected, float[] actual, float[] numbers)
    {
        double scale = 1, error = 0;
        foreach (float number in numbers)
            scale = Math.Max(scale, Math.Abs(number));
        int worst = -1;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]) / scale;
            if (double.IsNaN(difference))
                return (i, double.PositiveInfinity);
            if (difference > error)
                (worst, error) = (i, difference);
        }

        return (worst, error);
    }

    /// <summary>Fails if calls allocate managed memory once there were some. Other tests bring collections about, which count as well, and take scratch memory: one try without is enough.</summary>
    public static void AssertAllocatesNothing(Action call)
    {
        const int Tries = 100, Calls = 10;
        Assert.Contains(Enumerable.Range(0, Tries), _ => Allocated() == 0);

        long Allocated()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
                call();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
