using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Training.Tests.Optimizers;

public sealed class CodebookUpdateTests
{
    [Fact]
    public void Sum_RandomCodes_IsTheSumOverEachCluster() =>
        Prop.ForAll(Gen.Choose(0, 5000).Zip(Gen.Choose(1, 256)).ToArbitrary(), pair =>
        {
            (byte[] codes, float[] gradient) = Draw(pair.Item1, pair.Item2);
            float[] sums = new float[pair.Item2];
            CodebookUpdate.Sum(codes, gradient, sums);
            double[] expected = new double[pair.Item2];
            for (int i = 0; i < codes.Length; i++)
                expected[codes[i]] += gradient[i];
            return expected.Zip(sums).All(both => Math.Abs(both.First - both.Second) <= 1e-5);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Spread_RandomCodes_IsTheCentroidOfEachCode() =>
        Prop.ForAll(Gen.Choose(0, 500).Zip(Gen.Choose(1, 256)).ToArbitrary(), pair =>
        {
            (byte[] codes, _) = Draw(pair.Item1, pair.Item2);
            float[] centroids = [.. Enumerable.Range(0, pair.Item2).Select(i => i * 0.37f)];
            float[] weights = new float[codes.Length];
            CodebookUpdate.Spread(codes, centroids, weights);
            return codes.Zip(weights).All(both => centroids[both.First] == both.Second);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Sum_FewerGradientsThanCodes_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CodebookUpdate.Sum(new byte[3], new float[2], new float[4]));

    private static (byte[] Codes, float[] Gradient) Draw(int length, int size)
    {
        Random random = new(length);
        byte[] codes = new byte[length];
        float[] gradient = new float[length];
        for (int i = 0; i < length; i++)
        {
            codes[i] = (byte)random.Next(size);
            gradient[i] = (float)random.NextDouble() - 0.5f;
        }

        return (codes, gradient);
    }
}
