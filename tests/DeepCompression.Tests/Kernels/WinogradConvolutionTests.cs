using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

public class WinogradConvolutionTests
{
    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_RandomLayers_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(31);
        IParallelRunner[] runners = [SequentialRunner.Instance, new ThreadsRunner(3), new LateThreadsRunner(3)];
        for (int round = 0; round < 100; round++)
        {
            int groups = random.Next(3) == 0 ? random.Next(1, 4) : 1, codebooks = round % 5 == 0 ? groups : 1, centroids = (round % 6) switch { 0 => 256, 1 => random.Next(1, 17), 2 => random.Next(17, 33), _ => random.Next(33, 256) };
            ConvolutionGeometry geometry = new()
            {
                InputChannels = groups * random.Next(1, round % 10 == 0 ? 70 : 9),
                OutputChannels = groups * random.Next(1, round % 10 == 0 ? 20 : 40),
                Groups = groups,
                KernelHeight = random.Next(2, 6),
                KernelWidth = random.Next(1, 6),
                StrideHeight = random.Next(1, 4),
                StrideWidth = random.Next(1, 4),
                PadTop = random.Next(3),
                PadLeft = random.Next(3),
                PadBottom = random.Next(3),
                PadRight = random.Next(3),
            };
            if (round % 3 == 0)
                geometry = geometry with { KernelHeight = geometry.KernelHeight * geometry.StrideHeight, KernelWidth = geometry.KernelWidth * geometry.StrideWidth };
            if (!WinogradConvolution.Fits(geometry))
                geometry = geometry with { StrideHeight = 1 };
            int height = random.Next(1, 30), columns = random.Next(1, round % 7 == 0 ? 300 : 30), batch = random.Next(1, 4);
            double density = (round % 7) switch { 0 => 0, 1 or 2 => 1, _ => random.NextDouble() };
            CsrMatrix matrix = KernelCases.RandomMatrix(random, geometry.OutputChannels, geometry.InputChannels / groups * geometry.KernelHeight * geometry.KernelWidth, density, centroids, codebooks, zeroCentroid: round % 4 != 0);
            Check(matrix, geometry, random, batch, height, columns, width, runners[(round + (round / 9)) % 3]);
        }
    }

    [Fact]
    public void Constructor_PartsThatDoNotFit_Throws()
    {
        Random random = new(32);
        ConvolutionGeometry geometry = new() { InputChannels = 6, OutputChannels = 8, KernelHeight = 3, KernelWidth = 3 };
        CsrMatrix matrix = KernelCases.RandomMatrix(random, 8, 54, 1, 16);
        Assert.Throws<ArgumentException>(() => new WinogradConvolution(matrix, geometry with { DilationWidth = 2 }));
        Assert.Throws<ArgumentException>(() => new WinogradConvolution(matrix, geometry, new float[7]));
        Assert.Throws<ArgumentException>(() => new WinogradConvolution(KernelCases.RandomMatrix(random, 8, 6, 1, 16), geometry));
        Assert.Throws<ArgumentException>(() => new WinogradConvolution(KernelCases.RandomMatrix(random, 8, 6, 1, 16), geometry with { KernelHeight = 1, KernelWidth = 1 }));
        Assert.False(WinogradConvolution.Fits(geometry with { KernelWidth = 6 }));
        Assert.True(WinogradConvolution.Fits(geometry with { KernelWidth = 6, StrideWidth = 2 }));
    }

    [Theory]
    [InlineData(16, 0.5)]
    [InlineData(16, 1)]
    [InlineData(256, 0.5)]
    public void Compute_FactorOfEveryRow_TakesNoMoreRoomThanCodesAndCentroids(int centroids, double density)
    {
        Random random = new(34);
        const int Outputs = 96;
        ConvolutionGeometry geometry = new() { InputChannels = 2, OutputChannels = Outputs, KernelHeight = 3, KernelWidth = 3 };
        CsrMatrix matrix = KernelCases.RandomMatrix(random, Outputs, 18, density, centroids, zeroCentroid: false).Scale(KernelCases.Numbers(random, Outputs));
        using WinogradConvolution layer = new(matrix, geometry);
        int bits = centroids == 256 ? Outputs * 18 / 8 : 0, offsets = Outputs * sizeof(int), bias = Outputs * sizeof(float);
        Assert.InRange(layer.ResidentBytes, 1, (Outputs * 18) + (Outputs * Math.Min(centroids + 1, 256) * sizeof(float)) + bits + offsets + bias + 64);
        foreach (VectorWidth width in KernelDispatch.Supported)
            Check(matrix, geometry, random, 1, 9, 11, width, SequentialRunner.Instance);
    }

    [Fact]
    public unsafe void Compute_Denormals_AreZero()
    {
        Random random = new(33);
        ConvolutionGeometry geometry = new() { InputChannels = 1, OutputChannels = 1, KernelHeight = 3, KernelWidth = 3 };
        using WinogradConvolution layer = new(KernelCases.RandomMatrix(random, 1, 9, 1, 16), geometry);
        float[] x = new float[36], y = new float[16];
        Array.Fill(x, float.Epsilon);
        fixed (float* px = x, py = y)
            layer.Compute(px, py, 1, 6, 6, SequentialRunner.Instance);
        Assert.All(y, value => Assert.Equal(0, value));
    }

    private static unsafe void Check(CsrMatrix matrix, ConvolutionGeometry geometry, Random random, int batch, int height, int columns, VectorWidth width, IParallelRunner runner)
    {
        float[] bias = random.Next(2) == 0 ? [] : KernelCases.Numbers(random, geometry.OutputChannels);
        Activation activation = KernelCases.RandomActivation(random);
        float[] x = KernelCases.Numbers(random, batch * geometry.InputChannels * height * columns);
        float[] weights = KernelCases.Dense(matrix);
        float[] sums = SparseConvolutionTests.Convolve(weights, geometry, bias, default, x, batch, height, columns), y = new float[sums.Length];
        float[] expected = Array.ConvertAll(sums, sum => KernelCases.Activate(sum, activation));
        Array.Fill(y, float.NaN);
        using WinogradConvolution layer = new(matrix, geometry, bias, activation, new KernelOptions { Width = width });
        fixed (float* px = x, py = y)
            layer.Compute(px, py, batch, height, columns, runner);

        // Relative to the largest sum: for kernels of up to three taps a stride as well as sums of products, for others a tenth as well.
        int taps = Math.Max((geometry.KernelHeight + geometry.StrideHeight - 1) / geometry.StrideHeight, (geometry.KernelWidth + geometry.StrideWidth - 1) / geometry.StrideWidth);
        (int place, double worst) = KernelCases.FindWorst(expected, y, sums);
        double tolerance = taps <= 3 ? 5e-6 : 3e-5;
        Assert.True(worst <= tolerance, worst <= tolerance ? null : $"{geometry} on {batch} x {height} x {columns}, {matrix.NonZeros} of {(long)matrix.Rows * matrix.Columns}, {width}: element {place} is {y[place]}, expected {expected[place]}");
    }
}
