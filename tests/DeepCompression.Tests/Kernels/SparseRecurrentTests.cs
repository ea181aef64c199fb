using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

public class SparseRecurrentTests
{
    public static TheoryData<VectorWidth, RecurrentKind> Cases
    {
        get
        {
            TheoryData<VectorWidth, RecurrentKind> cases = [];
            foreach (VectorWidth width in KernelDispatch.Supported)
            {
                cases.Add(width, RecurrentKind.Lstm);
                cases.Add(width, RecurrentKind.Gru);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_RandomLayers_MatchesPlainLoops(VectorWidth width, RecurrentKind kind)
    {
        Random random = new(1);
        for (int round = 0; round < 40; round++)
        {
            RecurrentGeometry geometry = new()
            {
                Kind = kind,
                Direction = (RecurrentDirection)random.Next(3),
                Inputs = random.Next(1, 40),
                Hidden = random.Next(1, 70),
                Clip = random.Next(3) == 0 ? 0.5f : null,
                LinearBeforeReset = random.Next(2) == 0,
            };
            Check(random, geometry, random.Next(1, 9), random.Next(1, 6), width, round % 2 == 0 ? SequentialRunner.Instance : new ThreadsRunner(1 + (round % 4)));
        }
    }

    [Theory]
    [InlineData(RecurrentKind.Lstm, false)]
    [InlineData(RecurrentKind.Gru, false)]
    [InlineData(RecurrentKind.Gru, true)]
    public void Compute_SteadyState_AllocatesNothing(RecurrentKind kind, bool linearBeforeReset)
    {
        RecurrentGeometry geometry = new() { Kind = kind, Inputs = 8, Hidden = 20, LinearBeforeReset = linearBeforeReset };
        using SparseRecurrent layer = new(geometry, [KernelCases.RandomMatrix(new Random(2), geometry.Gates * 20, 8, 0.5, 16)], [KernelCases.RandomMatrix(new Random(3), geometry.Gates * 20, 20, 0.5, 16)]);
        float[] x = new float[5 * 2 * 8], y = new float[5 * 2 * 20];
        KernelCases.AssertAllocatesNothing(() => Run(layer, x, 5, 2, y));
    }

    [Fact]
    public void Constructor_WeightsOfAnotherShape_Throws()
    {
        RecurrentGeometry geometry = new() { Kind = RecurrentKind.Lstm, Inputs = 8, Hidden = 20 };
        CsrMatrix input = KernelCases.RandomMatrix(new Random(4), 80, 8, 0.5, 16), recurrent = KernelCases.RandomMatrix(new Random(5), 80, 20, 0.5, 16);
        Assert.Throws<ArgumentException>("inputWeights", () => new SparseRecurrent(geometry, [recurrent], [recurrent]));
        Assert.Throws<ArgumentException>("recurrentWeights", () => new SparseRecurrent(geometry, [input], [input]));
        Assert.Throws<ArgumentException>("bias", () => new SparseRecurrent(geometry, [input], [recurrent], new float[159]));
        Assert.Throws<ArgumentException>("peepholes", () => new SparseRecurrent(geometry, [input], [recurrent], [], new float[61]));
    }

    private static unsafe void Run(SparseRecurrent layer, float[] x, int steps, int batch, float[] y)
    {
        fixed (float* px = x, py = y)
            layer.Compute(new RecurrentArguments { Steps = steps, Batch = batch, X = px, Y = py }, SequentialRunner.Instance);
    }

    private static unsafe void Check(Random random, RecurrentGeometry geometry, int steps, int batch, VectorWidth width, IParallelRunner runner)
    {
        int directions = geometry.Directions, rows = geometry.Gates * geometry.Hidden, hidden = geometry.Hidden;
        CsrMatrix[] w = [.. Enumerable.Range(0, directions).Select(_ => KernelCases.RandomMatrix(random, rows, geometry.Inputs, random.NextDouble(), 32))];
        CsrMatrix[] r = [.. Enumerable.Range(0, directions).Select(_ => KernelCases.RandomMatrix(random, rows, hidden, random.NextDouble() * 0.5, random.Next(2, 100)))];
        float[] bias = random.Next(3) == 0 ? [] : KernelCases.Numbers(random, directions * 2 * rows);
        float[] peepholes = geometry.Kind == RecurrentKind.Gru || random.Next(2) == 0 ? [] : KernelCases.Numbers(random, directions * 3 * hidden);
        float[] x = KernelCases.Numbers(random, steps * batch * geometry.Inputs);
        float[] h0 = KernelCases.Numbers(random, directions * batch * hidden), c0 = KernelCases.Numbers(random, directions * batch * hidden);
        if (random.Next(2) == 0)
        {
            Array.Clear(h0);
            Array.Clear(c0);
        }

        int[] lengths = [.. Enumerable.Range(0, batch).Select(_ => random.Next(0, steps + 1))];
        bool ragged = random.Next(2) == 0, initial = h0.Any(value => value != 0);
        float[] y = new float[steps * directions * batch * hidden], lastH = new float[directions * batch * hidden], lastC = new float[lastH.Length];
        Array.Fill(y, float.NaN);
        using SparseRecurrent layer = new(geometry, w, r, bias, peepholes, new KernelOptions { Width = width, Degree = random.Next(1, 4) });
        fixed (float* px = x, py = y, ph = h0, pc = c0, plh = lastH, plc = lastC)
        fixed (int* pl = lengths)
        {
            layer.Compute(
                new RecurrentArguments
                {
                    Steps = steps, Batch = batch, X = px, Y = py, SequenceLengths = ragged ? pl : null,
                    InitialHidden = initial ? ph : null, InitialCell = initial ? pc : null, LastHidden = plh, LastCell = plc,
                },
                runner);
        }

        RecurrentOracle oracle = new(geometry, [.. w.Select(KernelCases.Dense)], [.. r.Select(KernelCases.Dense)], bias, peepholes);
        oracle.Run(x, steps, batch, ragged ? lengths : null, h0, c0);
        string what = $"{geometry}, {steps} steps, batch {batch}, {width}";
        KernelCases.AssertClose(oracle.Y, y, "y of " + what);
        KernelCases.AssertClose(oracle.H, lastH, "last hidden of " + what);
        if (geometry.Kind == RecurrentKind.Lstm)
            KernelCases.AssertClose(oracle.C, lastC, "last cell of " + what);
    }
}
