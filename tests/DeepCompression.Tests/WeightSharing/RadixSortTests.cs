using DeepCompression.WeightSharing;

namespace DeepCompression.Tests.WeightSharing;

public sealed class RadixSortTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5_000)]
    [InlineData(700_001)]
    public void Cluster_EveryWeightItsOwnCentroid_AreTheSortedWeights(int length)
    {
        // Sorting is internal; with a centroid for every weight its result is what comes out.
        float[] weights = RandomWeights.Normal(length, 6);
        for (int i = 3; i < length; i += 5)
            weights[i] *= MathF.ScaleB(1, i % 100 - 50);
        Assert.Equal(weights.Distinct().Order().Select(weight => (double)weight), KMeans.Cluster(weights, Math.Max(1, length)).Centroids);
    }
}
