using DeepCompression.Kernels;

namespace DeepCompression.Tests.Kernels;

/// <summary>Moves of rows and strips, each between arrays of exactly the room that they are given.</summary>
public class RowMoveTests
{
    private const float Beyond = -7;

    [Fact]
    public unsafe void CopyRows_AnySizes_CopiesRowsAndNothingBehindTheLast()
    {
        Random random = new(51);
        for (int round = 0; round < 300; round++)
        {
            int rows = random.Next(1, 20), count = random.Next(1, 70), fromStride = count + random.Next(5), toStride = count + random.Next(4);
            float[] from = KernelCases.Numbers(random, ((rows - 1) * fromStride) + count), to = new float[((rows - 1) * toStride) + count + 16];
            Array.Fill(to, Beyond, to.Length - 16, 16);
            fixed (float* source = from, target = to)
                ShortRow.CopyRows(source, fromStride, target, toStride, rows, count);
            for (int row = 0; row < rows; row++)
                Assert.Equal(from.AsSpan(row * fromStride, count), to.AsSpan(row * toStride, count));
            for (int row = 0; row < rows - 1; row++)
                Assert.True(to.AsSpan((row * toStride) + count, toStride - count).IndexOfAnyExcept(0f) < 0);
            Assert.True(to.AsSpan(to.Length - 16).IndexOfAnyExcept(Beyond) < 0);
        }
    }

    [Fact]
    public unsafe void IntoStrips_AnyLengths_GivesEveryLaneItsStripAndWhatFollows()
    {
        const int Lanes = 16;
        Random random = new(52);
        int taken = 0;
        for (int strip = 1; strip <= 20; strip++)
        {
            for (int length = strip; length <= 6 * strip; length++)
            {
                if (!LaneTurn.AreStrips(Lanes, strip, length))
                    continue;
                taken++;
                float[] run = KernelCases.Numbers(random, 20 * strip), vectors = new float[(length + 1) * Lanes];
                run[random.Next(run.Length)] = float.Epsilon;
                Array.Fill(vectors, Beyond);
                fixed (float* from = run, to = vectors)
                    LaneTurn.IntoStrips(from, strip, length, to);
                for (int number = 0; number < length; number++)
                {
                    for (int lane = 0; lane < Lanes; lane++)
                        Assert.Equal(Denormals.Flush(run[(lane * strip) + number]), vectors[(number * Lanes) + lane]);
                }

                Assert.True(vectors.AsSpan(length * Lanes).IndexOfAnyExcept(Beyond) < 0);
            }
        }

        Assert.Equal(KernelDispatch.Supported.Contains(VectorWidth.Vector512), taken > 0);
    }
}
