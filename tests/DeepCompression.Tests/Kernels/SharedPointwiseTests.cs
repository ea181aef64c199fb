using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

public class SharedPointwiseTests
{
    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public unsafe void Compute_RandomLayers_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(11);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 60; round++)
        {
            int groups = round % 4 == 0 ? random.Next(1, 5) : 1, centroids = round % 5 == 0 ? 256 : random.Next(1, 256);
            ConvolutionGeometry geometry = new() { InputChannels = random.Next(1, 20), OutputChannels = groups * random.Next(1, 12) };
            int height = random.Next(1, 20), columns = random.Next(1, 20), batch = random.Next(1, 4);
            double density = (round % 7) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
            CsrMatrix matrix = KernelCases.RandomMatrix(random, geometry.OutputChannels, geometry.InputChannels, density, centroids, groups, zeroCentroid: centroids == 256);
            float[] bias = random.Next(2) == 0 ? [] : KernelCases.Numbers(random, geometry.OutputChannels);
            Activation activation = KernelCases.RandomActivation(random);
            float[] x = KernelCases.Numbers(random, batch * geometry.InputChannels * height * columns);
            float[] expected = SparseConvolutionTests.Convolve(KernelCases.Dense(matrix), geometry, bias, activation, x, batch, height, columns), y = new float[expected.Length];
            Array.Fill(y, float.NaN);
            using SharedPointwise layer = new(matrix, geometry, bias, activation, new KernelOptions { Width = width });
            fixed (float* px = x, py = y)
                layer.Compute(px, py, batch, height, columns, round % 2 == 0 ? SequentialRunner.Instance : threads);
            KernelCases.AssertClose(expected, y, $"{geometry} on {batch} x {height} x {columns}, density {density}, {width}");
        }
    }

    [Fact]
    public void Constructor_PartsThatDoNotFit_Throws()
    {
        Random random = new(12);
        ConvolutionGeometry geometry = new() { InputChannels = 6, OutputChannels = 8 };
        CsrMatrix matrix = KernelCases.RandomMatrix(random, 8, 6, 1, 16);
        Assert.Throws<ArgumentException>(() => new SharedPointwise(matrix, geometry with { StrideWidth = 2 }));
        Assert.Throws<ArgumentException>(() => new SharedPointwise(matrix, geometry with { PadTop = 1 }));
        Assert.Throws<ArgumentException>(() => new SharedPointwise(matrix, geometry, new float[7]));
        Assert.Throws<ArgumentException>(() => new SharedPointwise(KernelCases.RandomMatrix(random, 8, 5, 1, 16), geometry));
        Assert.Throws<ArgumentException>(() => new SharedPointwise(KernelCases.RandomMatrix(random, 8, 6, 0.3, 256, zeroCentroid: false), geometry)); // no code is left for zero
    }
}
