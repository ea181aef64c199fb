using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

public class SparseConvolutionTests
{
    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_RandomLayers_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(1);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 120; round++)
        {
            int groups = random.Next(4) == 0 ? random.Next(2, 5) : 1;
            bool oneDimension = random.Next(5) == 0;
            ConvolutionGeometry geometry = new()
            {
                Groups = groups,
                InputChannels = groups * random.Next(1, 12),
                OutputChannels = groups * random.Next(1, 20),
                KernelHeight = oneDimension ? 1 : random.Next(1, 6),
                KernelWidth = random.Next(1, 6),
                StrideHeight = oneDimension ? 1 : random.Next(1, 4),
                StrideWidth = random.Next(1, 4),
                DilationHeight = oneDimension ? 1 : random.Next(1, 3),
                DilationWidth = random.Next(1, 3),
                PadTop = oneDimension ? 0 : random.Next(0, 4),
                PadLeft = random.Next(0, 4),
                PadBottom = oneDimension ? 0 : random.Next(0, 4),
                PadRight = random.Next(0, 4),
            };
            if (round % 3 == 0)
                geometry = new() { Groups = groups, InputChannels = geometry.InputChannels, OutputChannels = geometry.OutputChannels };
            else if (round % 3 == 1)
                geometry = new() { InputChannels = geometry.InputChannels, OutputChannels = geometry.OutputChannels, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
            int height = oneDimension ? 1 : random.Next(1, 40), columns = random.Next(1, 40), batch = random.Next(1, 3);
            double density = (round % 7) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
            Check(random, geometry, height, columns, batch, density, width, round % 2 == 0 ? SequentialRunner.Instance : threads);
        }
    }

    [Theory]
    [InlineData(1, 0, 5)]
    [InlineData(1, 5, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(3, 0, 5)]
    [InlineData(3, 0, 0)]
    public void Compute_ImagesOfPaddingAlone_GivesTheBias(int kernel, int height, int columns)
    {
        foreach (VectorWidth width in KernelDispatch.Supported)
        {
            ConvolutionGeometry geometry = new() { InputChannels = 2, OutputChannels = 3, KernelHeight = kernel, KernelWidth = kernel, PadTop = 2, PadLeft = 2, PadBottom = 2, PadRight = 2 };
            Check(new Random(3), geometry, height, columns, 2, 0.7, width, new ThreadsRunner(2));
            Check(new Random(3), geometry with { PadTop = 0, PadLeft = 0, PadBottom = 3, PadRight = 3 }, height, columns, 1, 0.7, width, SequentialRunner.Instance);
        }
    }

    [Theory]
    [InlineData(11, 4, 2, 224 / 4)]
    [InlineData(7, 2, 3, 64)]
    [InlineData(5, 1, 2, 27)]
    [InlineData(3, 1, 1, 13)]
    [InlineData(1, 1, 0, 64)]
    public void Compute_LayersOfKnownNetworks_MatchesPlainLoops(int kernel, int stride, int pad, int size)
    {
        ConvolutionGeometry geometry = new()
        {
            InputChannels = 3, OutputChannels = 20, KernelHeight = kernel, KernelWidth = kernel, StrideHeight = stride, StrideWidth = stride,
            PadTop = pad, PadLeft = pad, PadBottom = pad, PadRight = pad,
        };
        foreach (VectorWidth width in KernelDispatch.Supported)
            Check(new Random(2), geometry, size, size, 1, 0.4, width, SequentialRunner.Instance);
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_ManySmallImages_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(6);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 40; round++)
        {
            int groups = random.Next(1, 3), kernel = round % 2 == 0 ? 1 : random.Next(2, 6), pad = kernel == 1 ? 0 : random.Next(0, 3);
            ConvolutionGeometry geometry = new()
            {
                Groups = groups, InputChannels = groups * random.Next(1, 5), OutputChannels = groups * random.Next(1, 8), KernelHeight = kernel, KernelWidth = kernel,
                StrideHeight = round % 4 == 3 ? 2 : 1, StrideWidth = round % 4 == 3 ? 2 : 1, PadTop = pad, PadLeft = pad, PadBottom = pad, PadRight = pad,
            };
            int height = kernel + random.Next(0, 12), columns = kernel + random.Next(0, 12), batch = random.Next(3, 50);
            Check(random, geometry, height, columns, batch, random.NextDouble(), width, round % 3 == 0 ? SequentialRunner.Instance : threads);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_PaddedKernelOfOneByOne_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(8);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 40; round++)
        {
            int groups = random.Next(1, 3);
            ConvolutionGeometry geometry = new()
            {
                Groups = groups, InputChannels = groups * random.Next(1, 6), OutputChannels = groups * random.Next(1, 9), KernelHeight = 1, KernelWidth = 1,
                PadTop = random.Next(0, 3), PadLeft = random.Next(0, 3), PadBottom = random.Next(0, 3), PadRight = random.Next(0, 3),
            };
            Check(random, geometry, random.Next(1, 15), random.Next(1, 20), round % 2 == 0 ? 1 : random.Next(2, 20), random.NextDouble(), width, round % 3 == 0 ? SequentialRunner.Instance : threads);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Run_EveryCut_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(9);
        ThreadsRunner threads = new(2);
        int lanes = TileKernels.GetLanes(width), strips = 0;
        for (int round = 0; round < 30; round++)
        {
            int groups = random.Next(1, 3), kernel = random.Next(1, 6);
            ConvolutionGeometry geometry = new()
            {
                Groups = groups, InputChannels = groups * random.Next(1, 5), OutputChannels = groups * random.Next(1, 9), KernelHeight = kernel, KernelWidth = random.Next(1, 6),
                StrideHeight = round % 5 == 0 ? 2 : 1, DilationHeight = random.Next(1, 3), DilationWidth = random.Next(1, 3),
                PadTop = random.Next(0, 4), PadLeft = random.Next(0, 4), PadBottom = random.Next(0, 4), PadRight = random.Next(0, 4),
            };
            int height = random.Next(9, 30), columns = random.Next(9, 30), batch = random.Next(1, 4);
            CsrMatrix matrix = KernelCases.RandomMatrix(random, geometry.OutputChannels, geometry.InputChannels / groups * kernel * geometry.KernelWidth, random.NextDouble(), 16);
            Activation activation = KernelCases.RandomActivation(random);
            float[] bias = KernelCases.Numbers(random, geometry.OutputChannels), x = KernelCases.Numbers(random, batch * geometry.InputChannels * height * columns);
            float[] expected = Convolve(KernelCases.Dense(matrix), geometry, bias, activation, x, batch, height, columns);
            for (int images = 1; images <= Math.Min(lanes, 2); images++)
            {
                foreach (ConvolutionCut cut in ConvolutionCut.OfImages(geometry, height, columns, lanes, images))
                {
                    strips += cut.Lanes == ConvolutionLanes.Strips ? 1 : 0;
                    KernelCases.AssertClose(expected, Run(geometry, matrix, bias, activation, x, batch, height, columns, width, cut, round % 2 == 0 ? SequentialRunner.Instance : threads), $"{geometry} on {batch} x {height} x {columns}, {cut}");
                }
            }
        }

        Assert.InRange(strips, 10, int.MaxValue);
    }

    [Fact]
    public void Choose_ImagesOf13By13_TakesStrips()
    {
        ConvolutionGeometry geometry = new() { InputChannels = 64, OutputChannels = 256, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
        Assert.Equal(ConvolutionLanes.Strips, ConvolutionCut.Choose(geometry, 1, 13, 13, 16, 50_000).Lanes);
        Assert.Equal(ConvolutionLanes.Blocks, ConvolutionCut.Choose(geometry, 1, 28, 28, 16, 50_000).Lanes);
    }

    private static unsafe float[] Run(ConvolutionGeometry geometry, CsrMatrix matrix, float[] bias, Activation activation, float[] x, int batch, int height, int columns, VectorWidth width, ConvolutionCut cut, IParallelRunner runner)
    {
        float[] y = new float[batch * geometry.OutputChannels * geometry.GetOutputHeight(height) * geometry.GetOutputWidth(columns)];
        Array.Fill(y, float.NaN);
        using ConvolutionPlan plan = new(geometry, matrix, batch, height, columns, TileKernels.GetLanes(width), 3, cut);
        using ScratchPool pool = new();
        fixed (float* px = x, py = y, pb = bias)
            new ConvolutionWork(plan, pb, activation, width, px, py, batch).Run(pool, runner);
        return y;
    }

    [Fact]
    public void Compute_SizesInTurn_KeepsAPlanEach()
    {
        ConvolutionGeometry geometry = new() { InputChannels = 4, OutputChannels = 6, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1 };
        Random random = new(3);
        CsrMatrix matrix = KernelCases.RandomMatrix(random, 6, 36, 0.3, 16);
        using SparseConvolution layer = new(matrix, geometry);
        for (int round = 0; round < 50; round++)
        {
            int height = 2 + (round % 25), columns = 3 + (round % 20);
            float[] x = KernelCases.Numbers(random, 4 * height * columns), y = new float[6 * geometry.GetOutputHeight(height) * geometry.GetOutputWidth(columns)];
            layer.Compute(x, y, 1, height, columns, SequentialRunner.Instance);
            KernelCases.AssertClose(Convolve(KernelCases.Dense(matrix), geometry, [], default, x, 1, height, columns), y, $"{height} x {columns}");
        }
    }

    [Fact]
    public void Compute_SteadyState_AllocatesNothing()
    {
        ConvolutionGeometry geometry = new() { InputChannels = 4, OutputChannels = 6, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1 };
        using SparseConvolution layer = new(KernelCases.RandomMatrix(new Random(4), 6, 36, 0.3, 16), geometry);
        float[] x = new float[4 * 20 * 20], y = new float[6 * 19 * 19];
        KernelCases.AssertAllocatesNothing(() => layer.Compute(x, y, 1, 20, 20, SequentialRunner.Instance));
    }

    [Fact]
    public void Constructor_WeightsOfAnotherShape_Throws()
    {
        ConvolutionGeometry geometry = new() { InputChannels = 4, OutputChannels = 6, KernelHeight = 3, KernelWidth = 3 };
        Assert.Throws<ArgumentException>(() => new SparseConvolution(KernelCases.RandomMatrix(new Random(5), 6, 35, 0.3, 16), geometry));
        Assert.Throws<ArgumentException>(() => new SparseConvolution(KernelCases.RandomMatrix(new Random(5), 6, 36, 0.3, 16), geometry with { Groups = 4 }));
    }

    private static void Check(Random random, ConvolutionGeometry geometry, int height, int columns, int batch, double density, VectorWidth width, IParallelRunner runner)
    {
        int inputs = geometry.InputChannels / geometry.Groups * geometry.KernelHeight * geometry.KernelWidth;
        CsrMatrix matrix = KernelCases.RandomMatrix(random, geometry.OutputChannels, inputs, density, KernelCases.CountCentroids(random), zeroCentroid: random.Next(2) == 0);
        float[] bias = random.Next(2) == 0 ? [] : KernelCases.Numbers(random, geometry.OutputChannels);
        Activation activation = KernelCases.RandomActivation(random);
        float[] x = KernelCases.Numbers(random, batch * geometry.InputChannels * height * columns);
        float[] expected = Convolve(KernelCases.Dense(matrix), geometry, bias, activation, x, batch, height, columns), y = new float[expected.Length];
        Array.Fill(y, float.NaN);
        using SparseConvolution layer = new(matrix, geometry, bias, activation, new KernelOptions { Width = width, Degree = random.Next(1, 4) });
        layer.Compute(x, y, batch, height, columns, runner);
        KernelCases.AssertClose(expected, y, $"{geometry} on {batch} x {height} x {columns}, density {density}, {width}");
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_SecondBatchOfImagesNarrowerThanTheKernel_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(71);
        foreach ((int kernel, int height, int columns) in ((int, int, int)[])[(3, 8, 1), (7, 20, 3)])
        {
            ConvolutionGeometry geometry = new() { InputChannels = 4, OutputChannels = 8, KernelHeight = kernel, KernelWidth = kernel, PadTop = kernel / 2, PadLeft = kernel / 2, PadBottom = kernel / 2, PadRight = kernel / 2 };
            CsrMatrix matrix = KernelCases.RandomMatrix(random, 8, 4 * kernel * kernel, 0.5, 16);
            using SparseConvolution layer = new(matrix, geometry, options: new KernelOptions { Width = width });
            for (int batch = 1; batch <= 2; batch++) // the second has its weights from the plan of the first
            {
                float[] x = KernelCases.Numbers(random, batch * 4 * height * columns), expected = Convolve(KernelCases.Dense(matrix), geometry, [], default, x, batch, height, columns), y = new float[expected.Length];
                layer.Compute(x, y, batch, height, columns, SequentialRunner.Instance);
                KernelCases.AssertClose(expected, y, $"kernel of {kernel}, {batch} x {height} x {columns}, {width}");
            }
        }
    }

    internal static float[] Convolve(float[] weights, ConvolutionGeometry g, float[] bias, Activation activation, float[] x, int batch, int height, int width)
    {
        int outHeight = g.GetOutputHeight(height), outWidth = g.GetOutputWidth(width), channels = g.InputChannels / g.Groups;
        float[] y = new float[batch * g.OutputChannels * outHeight * outWidth];
        int next = 0;
        for (int n = 0; n < batch; n++)
        {
            for (int o = 0; o < g.OutputChannels; o++)
            {
                int firstChannel = o / (g.OutputChannels / g.Groups) * channels;
                for (int i = 0; i < outHeight; i++)
                {
                    for (int j = 0; j < outWidth; j++)
                    {
                        double sum = bias.Length == 0 ? 0 : bias[o];
                        for (int c = 0; c < channels; c++)
                        {
                            for (int k = 0; k < g.KernelHeight; k++)
                            {
                                int row = (i * g.StrideHeight) + (k * g.DilationHeight) - g.PadTop;
                                for (int l = 0; l < g.KernelWidth && row >= 0 && row < height; l++)
                                {
                                    int column = (j * g.StrideWidth) + (l * g.DilationWidth) - g.PadLeft;
                                    if (column >= 0 && column < width)
                                        sum += (double)weights[((((o * channels) + c) * g.KernelHeight) + k) * g.KernelWidth + l] * x[((((n * g.InputChannels) + firstChannel + c) * height) + row) * width + column];
                                }
                            }
                        }

                        y[next++] = KernelCases.Activate(sum, activation);
                    }
                }
            }
        }

        return y;
    }
}
