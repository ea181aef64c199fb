using DeepCompression.Kernels;

namespace DeepCompression.Tests.Kernels;

public class SharedLinearTests
{
    [Theory]
    [MemberData(nameof(KernelCases.Widths), MemberType = typeof(KernelCases))]
    public void Compute_RandomLayers_MatchesPlainLoops(VectorWidth width)
    {
        Random random = new(1);
        ThreadsRunner threads = new(3);
        for (int round = 0; round < 80; round++)
        {
            int size = round < 30 ? (1 << (round % 9)) : random.Next(1, 257), groups = random.Next(1, 4), outputs = groups * random.Next(1, 40), inputs = random.Next(1, 150), batch = random.Next(1, 10);
            float[] codebook = KernelCases.Numbers(random, groups * size), bias = random.Next(2) == 0 ? [] : KernelCases.Numbers(random, outputs);
            byte[] codes = new byte[outputs * inputs];
            float[] dense = new float[codes.Length];
            bool transposed = random.Next(2) == 0;
            for (int row = 0; row < outputs; row++)
            {
                for (int column = 0; column < inputs; column++)
                {
                    int code = random.Next(size);
                    codes[transposed ? (column * outputs) + row : (row * inputs) + column] = (byte)code;
                    dense[(row * inputs) + column] = codebook[(row / (outputs / groups) * size) + code];
                }
            }

            Activation activation = KernelCases.RandomActivation(random);
            float[] x = KernelCases.Numbers(random, batch * inputs), y = new float[batch * outputs];
            using SharedLinear layer = new(codes, codebook, groups, outputs, inputs, transposed, bias, activation, new KernelOptions { Width = width });
            layer.Compute(x, y, batch, round % 2 == 0 ? SequentialRunner.Instance : threads);
            KernelCases.AssertClose(KernelCases.Linear(dense, outputs, inputs, bias, activation, x, batch), y, $"round {round}: {outputs} x {inputs}, {size} centroids, {groups} groups, batch {batch}");
        }
    }

    [Fact]
    public void Compute_SteadyState_AllocatesNothing()
    {
        using SharedLinear layer = new(new byte[64 * 100], new float[16], 1, 64, 100);
        float[] x = new float[500], y = new float[320];
        KernelCases.AssertAllocatesNothing(() => layer.Compute(x, y, 5, SequentialRunner.Instance));
    }

    [Fact]
    public void ResidentBytes_FourBitCodes_AreHalfAByteAWeight()
    {
        using SharedLinear layer = new(new byte[1024 * 1024], new float[16], 1, 1024, 1024);
        Assert.InRange(layer.ResidentBytes, 1024 * 1024 / 2, (1024 * 1024 / 2) + 8192);
    }

    [Fact]
    public void Constructor_PartsThatDoNotFit_Throws()
    {
        Assert.Throws<ArgumentException>("codes", () => new SharedLinear(new byte[5], new float[16], 1, 2, 3));
        Assert.Throws<ArgumentException>("codes", () => new SharedLinear([0, 1, 2, 3, 4, 5], new float[5], 1, 2, 3));
        Assert.Throws<ArgumentException>("codebook", () => new SharedLinear(new byte[6], new float[257], 1, 2, 3));
        Assert.Throws<ArgumentException>("groups", () => new SharedLinear(new byte[6], new float[16], 4, 2, 3));
    }
}
