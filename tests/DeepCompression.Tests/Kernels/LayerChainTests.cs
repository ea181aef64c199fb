using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

public class LayerChainTests
{
    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_RandomConvolutionsAndLinears_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(1);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 60; round++)
        {
            List<ChainLayer> layers = [];
            int channels = random.Next(1, 5), height = random.Next(6, 18), columns = random.Next(6, 18), batch = random.Next(1, 90);
            for (int i = random.Next(0, 3); i >= 0; i--)
            {
                ConvolutionLayer layer = RandomConvolution(random, channels, height, columns);
                if (layer.OutputHeight < 1 || layer.OutputWidth < 1)
                    break;
                layers.Add(layer);
                (channels, height, columns) = (layer.Geometry.OutputChannels, layer.OutputHeight, layer.OutputWidth);
            }

            int numbers = channels * height * columns;
            for (int i = random.Next(layers.Count == 0 ? 1 : 0, 4); i > 0; i--)
            {
                layers.Add(RandomLinear(random, random.Next(1, 40), numbers));
                numbers = layers[^1].Weights.Rows;
            }

            Check(random, layers, batch, width, round % 2 == 0 ? SequentialRunner.Instance : threads, $"round {round}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_LeNet5_MatchesPlainLoopsAtEveryBatch(VectorWidth width)
    {
        Random random = new(2);
        PoolingGeometry half = new() { KernelHeight = 2, KernelWidth = 2, StrideHeight = 2, StrideWidth = 2 };
        ConvolutionGeometry first = new() { InputChannels = 1, OutputChannels = 20, KernelHeight = 5, KernelWidth = 5 }, second = first with { InputChannels = 20, OutputChannels = 50 };
        ChainLayer[] layers =
        [
            new ConvolutionLayer(KernelCases.RandomMatrix(random, 20, 25, 0.6, 16), first, 28, 28, KernelCases.Numbers(random, 20)) { Pooling = half },
            new ConvolutionLayer(KernelCases.RandomMatrix(random, 50, 500, 0.12, 16), second, 12, 12, KernelCases.Numbers(random, 50)) { Pooling = half },
            new LinearLayer(KernelCases.RandomMatrix(random, 500, 800, 0.05, 16), KernelCases.Numbers(random, 500), Activation.Relu),
            new LinearLayer(KernelCases.RandomMatrix(random, 10, 500, 0.25, 16), KernelCases.Numbers(random, 10)),
        ];
        foreach (int batch in (int[])[1, 16, 37])
            Check(random, layers, batch, width, SequentialRunner.Instance, $"batch {batch}");
    }

    [Fact]
    public void Compute_SteadyState_AllocatesNothing()
    {
        Random random = new(3);
        ConvolutionLayer convolution = RandomConvolution(random, 2, 12, 12);
        using LayerChain chain = new([convolution, RandomLinear(random, 9, convolution.Geometry.OutputChannels * convolution.OutputHeight * convolution.OutputWidth)]);
        float[] x = new float[40 * chain.Inputs], y = new float[40 * chain.Outputs];
        KernelCases.AssertAllocatesNothing(() => chain.Compute(x, y, 40, SequentialRunner.Instance));
    }

    [Fact]
    public void Compute_SpansTooShort_Throws()
    {
        using LayerChain chain = new([RandomLinear(new Random(4), 3, 5)]);
        Assert.Contains("2 samples of 5 inputs are needed; found 9", Assert.Throws<ArgumentException>(() => chain.Compute(new float[9], new float[6], 2, SequentialRunner.Instance)).Message, StringComparison.Ordinal);
        Assert.Contains("2 samples of 3 outputs are needed; found room for 5", Assert.Throws<ArgumentException>(() => chain.Compute(new float[10], new float[5], 2, SequentialRunner.Instance)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_LayersThatDoNotFit_Throws()
    {
        Random random = new(5);
        CsrMatrix kernels = KernelCases.RandomMatrix(random, 4, 9, 0.5, 8);
        ConvolutionLayer convolution = new(kernels, new ConvolutionGeometry { InputChannels = 1, OutputChannels = 4, KernelHeight = 3, KernelWidth = 3 }, 8, 8);
        Assert.Throws<ArgumentException>(() => new LayerChain([]));
        Assert.Throws<ArgumentException>(() => new LayerChain([convolution, RandomLinear(random, 3, 143)]));
        Assert.Throws<ArgumentException>(() => new LayerChain([RandomLinear(random, 3, 5), RandomLinear(random, 3, 4)]));
        Assert.Throws<ArgumentException>(() => new LayerChain([RandomLinear(random, 64, 5), convolution]));
        Assert.Throws<ArgumentException>(() => new LayerChain([convolution, convolution]));
        Assert.Throws<ArgumentException>(() => new LayerChain([convolution with { Height = 2 }]));
        Assert.Throws<ArgumentException>(() => new LayerChain([convolution with { Bias = new float[3] }]));
        Assert.Throws<ArgumentException>(() => new LayerChain([convolution with { Pooling = new PoolingGeometry { KernelHeight = 2, KernelWidth = 2, PadTop = 2 } }]));
    }

    private static void Check(Random random, IReadOnlyList<ChainLayer> layers, int batch, VectorWidth width, IParallelRunner runner, string what)
    {
        using LayerChain chain = new(layers, new KernelOptions { Width = width });
        float[] x = KernelCases.Numbers(random, batch * chain.Inputs), expected = x, y = new float[batch * chain.Outputs];
        Array.Fill(y, float.NaN);
        foreach (ChainLayer layer in layers)
            expected = Apply(layer, expected, batch);
        chain.Compute(x, y, batch, runner);
        KernelCases.AssertClose(expected, y, $"{what}: batch {batch}, {width}, {string.Join(" -> ", layers.Select(layer => layer is ConvolutionLayer c ? $"{c.Geometry} {c.Height} x {c.Width} {c.Pooling}" : $"{layer.Weights.Rows} x {layer.Weights.Columns}"))}");
    }

    private static float[] Apply(ChainLayer layer, float[] x, int batch)
    {
        float[] weights = KernelCases.Dense(layer.Weights), bias = layer.Bias.ToArray();
        if (layer is not ConvolutionLayer c)
            return KernelCases.Linear(weights, layer.Weights.Rows, layer.Weights.Columns, bias, layer.Activation, x, batch);
        float[] y = SparseConvolutionTests.Convolve(weights, c.Geometry, bias, c.Activation, x, batch, c.Height, c.Width);
        int height = c.Geometry.GetOutputHeight(c.Height), width = c.Geometry.GetOutputWidth(c.Width);
        return c.Pooling is null ? [.. y.Select(value => KernelCases.Activate(value, c.PooledActivation))] : Pool(c.Pooling, c.PooledActivation, y, batch * c.Geometry.OutputChannels, height, width);
    }

    private static float[] Pool(PoolingGeometry g, Activation activation, float[] x, int planes, int height, int width)
    {
        List<float> y = [];
        for (int plane = 0; plane < planes; plane++)
        {
            for (int i = 0; i < g.GetOutputHeight(height); i++)
            {
                for (int j = 0; j < g.GetOutputWidth(width); j++)
                {
                    double most = double.NegativeInfinity, sum = 0;
                    int count = 0;
                    for (int k = 0; k < g.KernelHeight; k++)
                    {
                        for (int l = 0; l < g.KernelWidth; l++)
                        {
                            int row = (i * g.StrideHeight) + k - g.PadTop, column = (j * g.StrideWidth) + l - g.PadLeft;
                            if (row < 0 || row >= height || column < 0 || column >= width)
                                continue;
                            float value = x[(((plane * height) + row) * width) + column];
                            (most, sum, count) = (Math.Max(most, value), sum + value, count + 1);
                        }
                    }

                    y.Add(KernelCases.Activate(g.Kind == PoolingKind.Maximum ? most : sum / (g.CountsPads ? g.KernelHeight * g.KernelWidth : count), activation));
                }
            }
        }

        return [.. y];
    }

    private static ConvolutionLayer RandomConvolution(Random random, int channels, int height, int width)
    {
        int groups = channels % 2 == 0 && random.Next(3) == 0 ? 2 : 1, kernel = random.Next(1, 5), window = random.Next(1, 4);
        ConvolutionGeometry geometry = new()
        {
            Groups = groups, InputChannels = channels, OutputChannels = groups * random.Next(1, 8), KernelHeight = kernel, KernelWidth = random.Next(1, 5),
            StrideHeight = random.Next(1, 3), StrideWidth = random.Next(1, 4), DilationHeight = random.Next(1, 3), DilationWidth = random.Next(1, 3),
            PadTop = random.Next(0, 3), PadLeft = random.Next(0, 3), PadBottom = random.Next(0, 3), PadRight = random.Next(0, 3),
        };
        PoolingGeometry pooling = new()
        {
            Kind = random.Next(2) == 0 ? PoolingKind.Maximum : PoolingKind.Average, KernelHeight = window, KernelWidth = random.Next(1, 4), StrideHeight = random.Next(1, 3), StrideWidth = random.Next(1, 3),
            PadTop = random.Next(0, window), PadBottom = random.Next(0, window), CountsPads = random.Next(2) == 0,
        };
        CsrMatrix weights = KernelCases.RandomMatrix(random, geometry.OutputChannels, channels / groups * kernel * geometry.KernelWidth, random.NextDouble(), random.Next(1, 257));
        float[] bias = random.Next(2) == 0 ? [] : KernelCases.Numbers(random, geometry.OutputChannels);
        return new ConvolutionLayer(weights, geometry, height, width, bias, KernelCases.RandomActivation(random))
        {
            Pooling = random.Next(3) == 0 ? null : pooling,
            PooledActivation = KernelCases.RandomActivation(random),
        };
    }

    private static LinearLayer RandomLinear(Random random, int outputs, int inputs) =>
        new(KernelCases.RandomMatrix(random, outputs, inputs, random.NextDouble(), random.Next(1, 257)), random.Next(2) == 0 ? default : KernelCases.Numbers(random, outputs), KernelCases.RandomActivation(random));
}
