using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

public class SparseLinearTests
{
    private static readonly int[] _batches = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 64, 100];

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_RandomLayers_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(1);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 60; round++)
        {
            int outputs = random.Next(1, 90), inputs = random.Next(1, round % 5 == 0 ? 1500 : 200), batch = _batches[round % _batches.Length];
            double density = (round % 7) switch { 0 => 0, 1 => 1, 2 => 0.01, _ => random.NextDouble() };
            CsrMatrix matrix = KernelCases.RandomMatrix(random, outputs, inputs, density, KernelCases.CountCentroids(random), zeroCentroid: random.Next(3) > 0);
            float[] bias = random.Next(2) == 0 ? [] : KernelCases.Numbers(random, outputs);
            Activation activation = KernelCases.RandomActivation(random);
            float[] x = KernelCases.Numbers(random, batch * inputs), y = new float[batch * outputs];
            using SparseLinear layer = new(matrix, bias, activation, new KernelOptions { Width = width, Degree = random.Next(1, 4) });
            layer.Compute(x, y, batch, round % 2 == 0 ? SequentialRunner.Instance : threads);
            KernelCases.AssertClose(KernelCases.Linear(KernelCases.Dense(matrix), outputs, inputs, bias, activation, x, batch), y, $"round {round}: {outputs} x {inputs}, density {density}, batch {batch}, {width}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_CodebookGroups_UsesTheRowsGroup(VectorWidth width)
    {
        Random random = new(2);
        foreach (int groups in (int[])[2, 5, 20])
        {
            CsrMatrix matrix = KernelCases.RandomMatrix(random, 20, 150, 0.3, 16, groups);
            foreach (int batch in (int[])[1, 20])
            {
                float[] x = KernelCases.Numbers(random, batch * 150), y = new float[batch * 20];
                using SparseLinear layer = new(matrix, options: new KernelOptions { Width = width });
                layer.Compute(x, y, batch, SequentialRunner.Instance);
                KernelCases.AssertClose(KernelCases.Linear(KernelCases.Dense(matrix), 20, 150, [], default, x, batch), y, $"{groups} groups, batch {batch}");
            }
        }
    }

    [Fact]
    public void Compute_BatchesInTurn_RebuildsEachLayoutFromTheOther()
    {
        Random random = new(3);
        CsrMatrix matrix = KernelCases.RandomMatrix(random, 70, 333, 0.2, 32);
        foreach (int first in (int[])[1, 40])
        {
            using SparseLinear layer = new(matrix, options: new KernelOptions { Batches = [first] });
            long alone = layer.ResidentBytes;
            foreach (int batch in (int[])[40, 1, 3, 40])
            {
                float[] x = KernelCases.Numbers(random, batch * 333), y = new float[batch * 70];
                layer.Compute(x, y, batch, SequentialRunner.Instance);
                KernelCases.AssertClose(KernelCases.Linear(KernelCases.Dense(matrix), 70, 333, [], default, x, batch), y, $"batch {batch}");
            }

            Assert.True(layer.ResidentBytes > alone);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_NoRowsNoColumnsNoBatch_WritesTheBias(VectorWidth width)
    {
        using SparseLinear noInputs = new(new CsrMatrix(3, 0, [0, 0, 0, 0], [], [], [0]), [1, 2, 3], options: new KernelOptions { Width = width });
        foreach (int batch in (int[])[0, 1, 20])
        {
            float[] y = new float[3 * batch];
            noInputs.Compute([], y, batch, SequentialRunner.Instance);
            Assert.Equal(Enumerable.Range(0, 3 * batch).Select(i => (i % 3) + 1f), y);
        }

        using SparseLinear noOutputs = new(new CsrMatrix(0, 5, [0], [], [], [0]), options: new KernelOptions { Width = width });
        noOutputs.Compute(new float[5], [], 1, SequentialRunner.Instance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(40)]
    public void Compute_SteadyState_AllocatesNothing(int batch)
    {
        Random random = new(4);
        using SparseLinear layer = new(KernelCases.RandomMatrix(random, 64, 300, 0.2, 32));
        float[] x = KernelCases.Numbers(random, batch * 300), y = new float[batch * 64];
        KernelCases.AssertAllocatesNothing(() => layer.Compute(x, y, batch, SequentialRunner.Instance));
    }

    [Fact]
    public void ResidentBytes_NineInAHundred_AreAtMostTwoAndAQuarterANonZero()
    {
        using SparseLinear layer = new(KernelCases.RandomMatrix(new Random(5), 512, 4096, 0.09, 32));
        Assert.InRange((double)layer.ResidentBytes / layer.NonZeros, 1, 2.3);
    }

    [Fact]
    public void Compute_SpansTooShort_Throws()
    {
        using SparseLinear layer = new(KernelCases.RandomMatrix(new Random(6), 4, 8, 0.5, 4));
        Assert.Throws<ArgumentException>("x", () => layer.Compute(new float[15], new float[8], 2, SequentialRunner.Instance));
        Assert.Throws<ArgumentException>("y", () => layer.Compute(new float[16], new float[7], 2, SequentialRunner.Instance));
    }

    [Fact]
    public void Constructor_BiasOfAnotherLength_Throws() =>
        Assert.Throws<ArgumentException>("bias", () => new SparseLinear(KernelCases.RandomMatrix(new Random(7), 4, 8, 0.5, 4), new float[3]));
}
