using DeepCompression.LowRank;
using DeepCompression.WeightSharing;

namespace DeepCompression.Tests.LowRank;

public sealed class TruncatedSvdTests
{
    [Theory]
    [InlineData(7, 5)]
    [InlineData(5, 7)]
    [InlineData(1, 9)]
    [InlineData(9, 1)]
    public void Factor_FullRank_ReconstructsTheWeight(int rows, int columns)
    {
        PrunedTensor tensor = RandomWeights.ToTensor(RandomWeights.Normal(rows * columns, 1), ElementType.Float32, rows, columns);
        LowRankFactors factors = TruncatedSvd.Factor(tensor, 100);
        Assert.Equal(Math.Min(rows, columns), factors.Rank);
        Assert.Equal(tensor.ToSingles(), factors.Reconstruct().ToSingles());
    }

    [Theory]
    [InlineData(60, 40)]
    [InlineData(40, 60)]
    public void Factor_Truncated_LosesExactlyTheDroppedSingularValues(int rows, int columns)
    {
        // Eckart and Young: the least error of rank r is the sum of the squares of the singular values after the first r.
        PrunedTensor tensor = RandomWeights.ToTensor(RandomWeights.Normal(rows * columns, 2), ElementType.Float64, rows, columns);
        double[] all = TruncatedSvd.Factor(tensor, 40).SingularValues.ToArray();
        Assert.Equal(all.OrderDescending(), all);
        Assert.Equal(tensor.ToSingles().Sum(value => (double)value * value), all.Sum(value => value * value), 1e-6);
        foreach (int rank in (int[])[1, 10, 39])
        {
            LowRankFactors factors = TruncatedSvd.Factor(tensor, rank);
            double error = Distortion.SumOfSquaredErrors(tensor, factors.Reconstruct());
            Assert.Equal(all[rank..].Sum(value => value * value), error, 1e-9 * error);
        }
    }

    [Fact]
    public void Factor_Factors_AreOrthogonal()
    {
        LowRankFactors factors = TruncatedSvd.Factor(RandomWeights.ToTensor(RandomWeights.Normal(30 * 20, 3), ElementType.Float32, 30, 20), 6);
        for (int i = 0; i < 6; i++)
        {
            for (int j = 0; j < 6; j++)
            {
                double right = 0, left = 0;
                for (int column = 0; column < 20; column++)
                    right += factors.Right[i * 20 + column] * factors.Right[j * 20 + column];
                for (int row = 0; row < 30; row++)
                    left += factors.Left[row * 6 + i] * factors.Left[row * 6 + j];
                Assert.Equal(i == j ? 1 : 0, right, 1e-12);
                Assert.Equal(i == j ? factors.SingularValues[i] * factors.SingularValues[i] : 0, left, 1e-10);
            }
        }
    }

    [Theory]
    [InlineData(300, 400)]
    [InlineData(400, 300)]
    public void Factor_LargeMatrixOfLowRank_IsFoundByRandomDirections(int rows, int columns)
    {
        const int Rank = 12;
        float[] left = RandomWeights.Normal(rows * Rank, 1), right = RandomWeights.Normal(Rank * columns, 2), values = new float[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                for (int r = 0; r < Rank; r++)
                    values[row * columns + column] += left[row * Rank + r] * right[r * columns + column];
            }
        }

        PrunedTensor tensor = RandomWeights.ToTensor(values, ElementType.Float32, rows, columns);
        double whole = values.Sum(value => (double)value * value);
        Assert.True(Distortion.SumOfSquaredErrors(tensor, TruncatedSvd.Factor(tensor, Rank).Reconstruct()) < 1e-10 * whole);
        Assert.True(Distortion.SumOfSquaredErrors(tensor, TruncatedSvd.Factor(tensor, Rank - 1).Reconstruct()) > 1e-3 * whole);
    }

    [Fact]
    public void Factor_LargeMatrixOfNoise_IsNearTheBest()
    {
        PrunedTensor tensor = RandomWeights.ToTensor(RandomWeights.Normal(200 * 300, 7), ElementType.Float32, 200, 300);
        double[] all = TruncatedSvd.Factor(tensor, 200).SingularValues.ToArray();
        double least = all[20..].Sum(value => value * value), error = Distortion.SumOfSquaredErrors(tensor, TruncatedSvd.Factor(tensor, 20).Reconstruct());
        Assert.InRange(error, least * (1 - 1e-6), least * 1.01);
    }

    [Fact]
    public void Factor_ConvolutionAndZeros_AreMatrices()
    {
        LowRankFactors factors = TruncatedSvd.Factor(RandomWeights.ToTensor(new float[2 * 3 * 5 * 5], ElementType.Float16, 2, 3, 5, 5), 2);
        Assert.Equal((2, 75, 2 * (2 + 75) * 2L), (factors.Rows, factors.Columns, factors.Bytes));
        Assert.All(factors.Reconstruct().ToSingles(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Factor_BadInput_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>("rank", () => TruncatedSvd.Factor(RandomWeights.ToTensor([1f]), 0));
        Assert.Throws<ArgumentException>("tensor", () => TruncatedSvd.Factor(RandomWeights.ToTensor(Array.Empty<float>()), 1));
        Assert.StartsWith("Weight 1 is NaN", Assert.Throws<ArgumentException>("tensor", () => TruncatedSvd.Factor(RandomWeights.ToTensor([1f, float.NaN]), 1)).Message);
    }

    [Fact]
    public void RankOfShare_Factors_AreNoLarger()
    {
        Assert.Equal(283, TruncatedSvd.RankOfShare(4096, 9216, 0.1));
        Assert.Equal(0, TruncatedSvd.RankOfShare(2, 2, 0.5));
        Assert.Equal(3, TruncatedSvd.RankOfShare(3, 9, 100));
    }
}
