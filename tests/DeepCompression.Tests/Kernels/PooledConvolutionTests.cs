using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

public class PooledConvolutionTests
{
    private const int Behind = 16; // numbers behind the output that nobody writes to

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public unsafe void Compute_RandomLayers_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(41);
        IParallelRunner[] runners = [SequentialRunner.Instance, new ThreadsRunner(3), new LateThreadsRunner(3)];
        int near = 0; // sparse convolutions that pool before they write
        for (int round = 0; round < 60; round++)
        {
            ConvolutionGeometry geometry = new() { InputChannels = random.Next(1, 5), OutputChannels = random.Next(1, 40), KernelHeight = random.Next(1, 4), KernelWidth = random.Next(1, 4) };
            bool isLarge = round % 9 == 0; // threads take strips of the image
            if (isLarge)
                geometry = geometry with { InputChannels = 12, OutputChannels = random.Next(1, 4), KernelHeight = 3 };
            PoolingGeometry pooling = new() { KernelHeight = random.Next(1, 5), KernelWidth = random.Next(1, 5), StrideHeight = random.Next(1, 4), StrideWidth = random.Next(1, 4) };
            if (round == 27)
                pooling = pooling with { KernelHeight = 100, StrideHeight = 20 }; // fewer rows than threads
            pooling = pooling with { PadTop = random.Next(Math.Min(pooling.KernelHeight, 4)), PadLeft = random.Next(pooling.KernelWidth), PadBottom = random.Next(Math.Min(pooling.KernelHeight, 4)), PadRight = random.Next(pooling.KernelWidth) };
            int height = isLarge ? 120 : random.Next(1, 20), columns = isLarge ? 100 : random.Next(1, round % 3 == 0 ? 90 : 20), batch = random.Next(1, 4);
            CsrMatrix matrix = KernelCases.RandomMatrix(random, geometry.OutputChannels, geometry.InputChannels * geometry.KernelHeight * geometry.KernelWidth, random.NextDouble(), 16);
            if (round % 4 == 1) // an image in the lanes as a whole
                (geometry, height, columns, batch) = (geometry with { PadTop = geometry.KernelHeight / 2, PadBottom = geometry.KernelHeight / 2, PadLeft = geometry.KernelWidth / 2, PadRight = geometry.KernelWidth / 2 }, random.Next(9, 15), random.Next(9, 15), round % 8 == 1 ? 1 : batch);
            Activation activation = round % 7 == 0 ? Activation.LeakyRelu(-0.5f) : KernelCases.RandomActivation(random);
            float[] bias = KernelCases.Numbers(random, geometry.OutputChannels);
            float[] x = KernelCases.Numbers(random, batch * geometry.InputChannels * height * columns);
            float[] sums = SparseConvolutionTests.Convolve(KernelCases.Dense(matrix), geometry, bias, activation, x, batch, height, columns);
            float[] expected = Pool(sums, batch * geometry.OutputChannels, geometry.GetOutputHeight(height), geometry.GetOutputWidth(columns), pooling), y = new float[expected.Length + Behind];
            IParallelRunner runner = runners[(round + (round / 9)) % 3];
            KernelOptions options = new() { Width = width };
            Check(new SparseConvolution(matrix, geometry, bias, activation, options), "sparse");
            if (WinogradConvolution.Fits(geometry))
                Check(new WinogradConvolution(matrix, geometry, bias, activation, options), "minimal filtering");

            void Check(IConvolution convolution, string what)
            {
                Array.Fill(y, float.NaN);
                if (convolution is SparseConvolution && geometry.GetOutputHeight(height) > 0 && geometry.GetOutputWidth(columns) > 0 && ((IPoolingConvolution)convolution).CanPool(pooling, batch, height, columns))
                    near++;
                using PooledConvolution layer = new(convolution, pooling, options);
                fixed (float* px = x, py = y)
                    layer.Compute(px, py, batch, height, columns, runner);
                Assert.All(y[expected.Length..], value => Assert.True(float.IsNaN(value)));
                KernelCases.AssertClose(expected, y[..expected.Length], $"{what}, {geometry}, {pooling} on {batch} x {height} x {columns}, {width}");
            }
        }

        Assert.True(near > 0 || width != VectorWidth.Vector512);
    }

    private static float[] Pool(float[] x, int planes, int height, int width, PoolingGeometry g)
    {
        int rows = height == 0 || width == 0 ? 0 : g.GetOutputHeight(height), columns = height == 0 || width == 0 ? 0 : g.GetOutputWidth(width);
        float[] y = new float[planes * rows * columns];
        Array.Fill(y, float.NegativeInfinity);
        for (int i = 0; i < y.Length; i++)
        {
            (int plane, int row, int column) = (i / (rows * columns), i / columns % rows, i % columns);
            for (int k = 0; k < g.KernelHeight * g.KernelWidth; k++)
            {
                int r = (row * g.StrideHeight) + (k / g.KernelWidth) - g.PadTop, c = (column * g.StrideWidth) + (k % g.KernelWidth) - g.PadLeft;
                if (r >= 0 && r < height && c >= 0 && c < width)
                    y[i] = Math.Max(y[i], x[(((plane * height) + r) * width) + c]);
            }
        }

        return y;
    }
}
