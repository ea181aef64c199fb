using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

public class SparseTransposedConvolutionTests
{
    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_RandomLayers_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(1);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 150; round++)
        {
            bool oneDimension = random.Next(4) == 0;
            int groups = random.Next(3) == 0 ? random.Next(2, 5) : 1;
            TransposedConvolutionGeometry geometry = new()
            {
                Groups = groups,
                InputChannels = groups * random.Next(1, 10),
                OutputChannels = groups * random.Next(1, 8),
                KernelHeight = oneDimension ? 1 : random.Next(1, 6),
                KernelWidth = random.Next(1, 6),
                StrideHeight = oneDimension ? 1 : random.Next(1, 5),
                StrideWidth = random.Next(1, 6),
                DilationHeight = oneDimension ? 1 : random.Next(1, 4),
                DilationWidth = random.Next(1, 4),
                PadTop = oneDimension ? 0 : random.Next(0, 4),
                PadLeft = random.Next(0, 4),
                PadBottom = oneDimension ? 0 : random.Next(0, 4),
                PadRight = random.Next(0, 4),
                OutputPaddingHeight = oneDimension ? 0 : random.Next(0, 3),
                OutputPaddingWidth = random.Next(0, 4),
            };
            double density = (round % 7) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
            Check(random, geometry, oneDimension ? 1 : random.Next(1, 24), random.Next(1, 40), random.Next(1, 3), density, width, round % 2 == 0 ? SequentialRunner.Instance : threads);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_KernelNoLargerThanStride_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(2);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 80; round++)
        {
            int rows = random.Next(1, 5), columns = round % 4 == 0 ? 2 : random.Next(1, 10), groups = random.Next(1, 3);
            TransposedConvolutionGeometry geometry = new()
            {
                Groups = groups, InputChannels = groups * random.Next(1, 9), OutputChannels = groups * random.Next(1, 9),
                KernelHeight = random.Next(1, rows + 1), KernelWidth = random.Next(1, columns + 1), StrideHeight = rows, StrideWidth = columns,
                PadBottom = random.Next(3) == 0 ? random.Next(0, 4) : 0, PadRight = random.Next(3) == 0 ? random.Next(0, 12) : 0,
                OutputPaddingHeight = random.Next(3) == 0 ? random.Next(0, 3) : 0, OutputPaddingWidth = random.Next(3) == 0 ? random.Next(0, 12) : 0,
            };
            Check(random, geometry, random.Next(1, 20), random.Next(1, 50), round % 3 == 0 ? random.Next(2, 20) : 1, random.NextDouble(), width, round % 2 == 0 ? SequentialRunner.Instance : threads);
        }
    }

    [Theory]
    [InlineData(2, 2, 0, 0, 28)]
    [InlineData(4, 2, 1, 0, 14)]
    [InlineData(3, 2, 1, 1, 20)]
    [InlineData(3, 1, 1, 0, 19)]
    [InlineData(8, 8, 0, 0, 7)]
    [InlineData(16, 8, 4, 0, 7)]
    public void Compute_LayersOfKnownNetworks_MatchesPlainLoops(int kernel, int stride, int pad, int added, int size)
    {
        TransposedConvolutionGeometry geometry = new()
        {
            InputChannels = 24, OutputChannels = 5, KernelHeight = kernel, KernelWidth = kernel, StrideHeight = stride, StrideWidth = stride,
            PadTop = pad, PadLeft = pad, PadBottom = pad, PadRight = pad, OutputPaddingHeight = added, OutputPaddingWidth = added,
        };
        foreach (VectorWidth width in KernelDispatch.Supported)
            Check(new Random(3), geometry, size, size, 1, 0.3, width, SequentialRunner.Instance);
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_ManySmallImages_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(4);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 30; round++)
        {
            int kernel = random.Next(1, 5), stride = random.Next(1, 4);
            TransposedConvolutionGeometry geometry = new()
            {
                InputChannels = random.Next(1, 9), OutputChannels = random.Next(1, 6), KernelHeight = kernel, KernelWidth = kernel, StrideHeight = stride, StrideWidth = stride,
                PadTop = random.Next(0, kernel), PadLeft = random.Next(0, kernel),
            };
            Check(random, geometry, random.Next(2, 9), random.Next(2, 9), random.Next(3, 50), random.NextDouble(), width, round % 3 == 0 ? SequentialRunner.Instance : threads);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Run_EveryCut_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(10);
        ThreadsRunner threads = new(2);
        int lanes = TileKernels.GetLanes(width), strips = 0;
        for (int round = 0; round < 40; round++)
        {
            int groups = random.Next(1, 3), kernel = random.Next(2, 7);
            TransposedConvolutionGeometry geometry = new()
            {
                Groups = groups, InputChannels = groups * random.Next(1, 5), OutputChannels = groups * random.Next(1, 5), KernelHeight = kernel, KernelWidth = random.Next(2, 7),
                StrideHeight = random.Next(1, 4), StrideWidth = random.Next(1, 6), DilationHeight = random.Next(1, 3), DilationWidth = random.Next(1, 3),
                PadTop = random.Next(0, 4), PadLeft = random.Next(0, 4), PadBottom = random.Next(0, 4), PadRight = random.Next(0, 4), OutputPaddingWidth = random.Next(0, 3),
            };
            int height = random.Next(5, 20), columns = random.Next(5, 20), batch = random.Next(1, 4);
            CsrMatrix matrix = KernelCases.RandomMatrix(random, geometry.OutputChannels, geometry.InputChannels / groups * kernel * geometry.KernelWidth, random.NextDouble(), 16);
            Activation activation = KernelCases.RandomActivation(random);
            float[] bias = KernelCases.Numbers(random, geometry.OutputChannels), x = KernelCases.Numbers(random, batch * geometry.InputChannels * height * columns);
            float[] expected = Spread(KernelCases.Dense(matrix), geometry, bias, activation, x, batch, height, columns);
            OutputPhases phases = new(geometry);
            for (int images = 1; images <= Math.Min(lanes, 2); images++)
            {
                foreach (ConvolutionCut cut in ConvolutionCut.OfImages(phases.Convolution, height, columns, lanes, images))
                {
                    strips += cut.Lanes == ConvolutionLanes.Strips ? 1 : 0;
                    float[] y = Run(phases, phases.Split(matrix), phases.Repeat(bias), activation, x, expected.Length, batch, height, columns, width, cut, round % 2 == 0 ? SequentialRunner.Instance : threads);
                    KernelCases.AssertClose(expected, y, $"{geometry} on {batch} x {height} x {columns}, {cut}");
                }
            }
        }

        Assert.InRange(strips, 10, int.MaxValue);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(2, 4)]
    [InlineData(4, 2)]
    [InlineData(4, 4)]
    [InlineData(3, 2)] // an output's inputs are of two codebooks, the second in part
    [InlineData(6, 1)]
    public void ToOutputRows_CodebooksOfInputs_KeepsEveryWeight(int groups, int codebooks)
    {
        TransposedConvolutionGeometry geometry = new() { Groups = groups, InputChannels = 12, OutputChannels = 5 * groups, KernelHeight = 3, KernelWidth = 2 };
        CsrMatrix stored = KernelCases.RandomMatrix(new Random(5), 12, 5 * 6, 0.5, 16, codebooks);
        float[] dense = KernelCases.Dense(stored), turned = KernelCases.Dense(SparseTransposedConvolution.ToOutputRows(stored, geometry));
        int inputs = 12 / groups;
        for (int input = 0; input < 12; input++)
        {
            for (int output = 0; output < 5; output++)
            {
                for (int tap = 0; tap < 6; tap++)
                    Assert.Equal(dense[(((input * 5) + output) * 6) + tap], turned[((((input / inputs * 5) + output) * inputs) + (input % inputs)) * 6 + tap]);
            }
        }

        Assert.InRange(OutputRows.CountCodebooks(12, groups, codebooks), Math.Max(1, codebooks / groups), codebooks);
    }

    [Fact]
    public void OutputRowsFrom_Phases_EqualsThoseOfOutputRows()
    {
        Random random = new(11);
        for (int round = 0; round < 200; round++)
        {
            int groups = random.Next(1, 4), codebooks = random.Next(1, 3);
            TransposedConvolutionGeometry geometry = new()
            {
                Groups = groups, InputChannels = groups * codebooks * random.Next(1, 5), OutputChannels = groups * random.Next(1, 5), KernelHeight = random.Next(1, 6), KernelWidth = random.Next(1, 6),
                StrideHeight = random.Next(1, 5), StrideWidth = random.Next(1, 5), DilationHeight = random.Next(1, 4), DilationWidth = random.Next(1, 4),
                PadTop = random.Next(0, 4), PadLeft = random.Next(0, 4), PadBottom = random.Next(0, 4), PadRight = random.Next(0, 4), OutputPaddingHeight = random.Next(0, 3),
            };
            OutputPhases phases = new(geometry);
            CsrMatrix stored = KernelCases.RandomMatrix(random, geometry.InputChannels, geometry.OutputChannels / groups * geometry.KernelHeight * geometry.KernelWidth, random.NextDouble(), 16, codebooks);
            CsrMatrix expected = phases.Split(OutputRows.From(stored, geometry)), turned = OutputRows.From(stored, phases);
            CsrMatrix exact = new(turned.Rows, turned.Columns, turned.RowPointers, turned.ColumnIndices[..turned.NonZeros], turned.Codes[..turned.NonZeros], turned.Codebook, turned.Groups); // checks that columns ascend
            Assert.Equal(expected.Columns, exact.Columns);
            Assert.Equal(KernelCases.Dense(expected), KernelCases.Dense(exact));
            turned.Return();
        }
    }

    [Fact]
    public void ToOutputRows_TooManyCentroidsTogether_Throws()
    {
        TransposedConvolutionGeometry geometry = new() { InputChannels = 12, OutputChannels = 5 };
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => SparseTransposedConvolution.ToOutputRows(KernelCases.RandomMatrix(new Random(6), 12, 5, 1, 100, 3), geometry));
        Assert.Contains("256 centroids", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_SizesInTurn_KeepsAPlanEach()
    {
        TransposedConvolutionGeometry geometry = new() { InputChannels = 4, OutputChannels = 3, KernelHeight = 4, KernelWidth = 4, StrideHeight = 2, StrideWidth = 2, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
        Random random = new(7);
        CsrMatrix matrix = KernelCases.RandomMatrix(random, 3, 64, 0.3, 16);
        using SparseTransposedConvolution layer = new(matrix, geometry);
        for (int round = 0; round < 30; round++)
        {
            int height = 2 + (round % 11), columns = 3 + (round % 7);
            float[] x = KernelCases.Numbers(random, 4 * height * columns), y = new float[3 * geometry.GetOutputHeight(height) * geometry.GetOutputWidth(columns)];
            layer.Compute(x, y, 1, height, columns, SequentialRunner.Instance);
            KernelCases.AssertClose(Spread(KernelCases.Dense(matrix), geometry, [], default, x, 1, height, columns), y, $"{height} x {columns}");
        }
    }

    [Fact]
    public void Compute_SteadyState_AllocatesNothing()
    {
        TransposedConvolutionGeometry geometry = new() { InputChannels = 4, OutputChannels = 6, KernelHeight = 4, KernelWidth = 4, StrideHeight = 2, StrideWidth = 2, PadTop = 1, PadLeft = 1 };
        using SparseTransposedConvolution layer = new(KernelCases.RandomMatrix(new Random(8), 6, 64, 0.3, 16), geometry);
        float[] x = new float[4 * 20 * 20], y = new float[6 * geometry.GetOutputHeight(20) * geometry.GetOutputWidth(20)];
        KernelCases.AssertAllocatesNothing(() => layer.Compute(x, y, 1, 20, 20, SequentialRunner.Instance));
    }

    [Fact]
    public void Constructor_PartsThatDoNotFit_Throws()
    {
        TransposedConvolutionGeometry geometry = new() { InputChannels = 4, OutputChannels = 6, KernelHeight = 3, KernelWidth = 3 };
        CsrMatrix matrix = KernelCases.RandomMatrix(new Random(9), 6, 36, 0.3, 16);
        Assert.Throws<ArgumentException>(() => new SparseTransposedConvolution(KernelCases.RandomMatrix(new Random(9), 6, 35, 0.3, 16), geometry));
        Assert.Throws<ArgumentException>(() => new SparseTransposedConvolution(matrix, geometry with { Groups = 4 }));
        Assert.Throws<ArgumentException>(() => new SparseTransposedConvolution(matrix, geometry with { StrideHeight = 1 << 20 }));
        Assert.Throws<ArgumentException>(() => new SparseTransposedConvolution(matrix, geometry, new float[5]));
        Assert.Throws<ArgumentException>(() => SparseTransposedConvolution.ToOutputRows(matrix, geometry));
    }

    private static unsafe float[] Run(
        OutputPhases phases, CsrMatrix matrix, float[] bias, Activation activation, float[] x, int outputs, int batch, int height, int columns, VectorWidth width, ConvolutionCut cut, IParallelRunner runner)
    {
        float[] y = new float[outputs];
        Array.Fill(y, float.NaN);
        using ConvolutionPlan plan = new(phases.Convolution, matrix, batch, height, columns, TileKernels.GetLanes(width), 3, cut, phases);
        using ScratchPool pool = new();
        fixed (float* px = x, py = y, pb = bias)
            new ConvolutionWork(plan, pb, activation, width, px, py, batch).Run(pool, runner);
        return y;
    }

    private static void Check(Random random, TransposedConvolutionGeometry geometry, int height, int columns, int batch, double density, VectorWidth width, IParallelRunner runner)
    {
        int inputs = geometry.InputChannels / geometry.Groups * geometry.KernelHeight * geometry.KernelWidth;
        CsrMatrix matrix = KernelCases.RandomMatrix(random, geometry.OutputChannels, inputs, density, KernelCases.CountCentroids(random), zeroCentroid: random.Next(2) == 0);
        float[] bias = random.Next(2) == 0 ? [] : KernelCases.Numbers(random, geometry.OutputChannels);
        Activation activation = KernelCases.RandomActivation(random);
        float[] x = KernelCases.Numbers(random, batch * geometry.InputChannels * height * columns);
        float[] expected = Spread(KernelCases.Dense(matrix), geometry, bias, activation, x, batch, height, columns), y = new float[expected.Length];
        Array.Fill(y, float.NaN);
        using SparseTransposedConvolution layer = new(matrix, geometry, bias, activation, new KernelOptions { Width = width, Degree = random.Next(1, 4) });
        layer.Compute(x, y, batch, height, columns, runner);
        KernelCases.AssertClose(expected, y, $"{geometry} on {batch} x {height} x {columns}, density {density}, {width}");
    }

    // Every input is spread over the outputs that it reaches.
    private static float[] Spread(float[] weights, TransposedConvolutionGeometry g, float[] bias, Activation activation, float[] x, int batch, int height, int width)
    {
        int outHeight = g.GetOutputHeight(height), outWidth = g.GetOutputWidth(width), channels = g.InputChannels / g.Groups, outputs = g.OutputChannels / g.Groups;
        double[] sums = new double[batch * g.OutputChannels * outHeight * outWidth];
        for (int i = 0; i < sums.Length; i++)
            sums[i] = bias.Length == 0 ? 0 : bias[i / (outHeight * outWidth) % g.OutputChannels];
        for (int n = 0; n < batch; n++)
        {
            for (int o = 0; o < g.OutputChannels; o++)
            {
                for (int c = 0; c < channels; c++)
                {
                    int channel = (o / outputs * channels) + c;
                    for (int k = 0; k < g.KernelHeight; k++)
                    {
                        for (int l = 0; l < g.KernelWidth; l++)
                        {
                            double weight = weights[((((o * channels) + c) * g.KernelHeight) + k) * g.KernelWidth + l];
                            for (int i = 0; i < height && weight != 0; i++)
                            {
                                int row = (i * g.StrideHeight) + (k * g.DilationHeight) - g.PadTop;
                                for (int j = 0; j < width && row >= 0 && row < outHeight; j++)
                                {
                                    int column = (j * g.StrideWidth) + (l * g.DilationWidth) - g.PadLeft;
                                    if (column >= 0 && column < outWidth)
                                        sums[((((n * g.OutputChannels) + o) * outHeight) + row) * outWidth + column] += weight * x[((((n * g.InputChannels) + channel) * height) + i) * width + j];
                                }
                            }
                        }
                    }
                }
            }
        }

        return Array.ConvertAll(sums, sum => KernelCases.Activate(sum, activation));
    }
}
