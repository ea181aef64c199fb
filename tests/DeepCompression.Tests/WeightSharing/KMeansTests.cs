using DeepCompression.WeightSharing;
using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Tests.WeightSharing;

public sealed class KMeansTests
{
    private static readonly CentroidInitialization[] All = Enum.GetValues<CentroidInitialization>();

    [Fact]
    public void Cluster_Optimal_IsAsGoodAsTheBestOfAllPartitions() =>
        Prop.ForAll(Gen.Choose(1, 60).ToArbitrary(), Gen.Choose(1, 12).ToArbitrary(), Gen.Choose(1, 1000).ToArbitrary(), (length, clusters, grain) =>
        {
            // A coarse grain makes equal weights.
            float[] weights = [.. RandomWeights.Normal(length, length + clusters).Select(weight => MathF.Round(weight * grain) / 16 + 7)];
            AssertOptimal(weights, clusters);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(3000, 1)]
    [InlineData(3000, 2)]
    [InlineData(2000, 7)]
    [InlineData(2000, 20)]
    public void Cluster_OptimalOfMoreWeightsThanBuckets_IsAsGoodAsTheBestOfAllPartitions(int length, int clusters)
    {
        AssertOptimal(RandomWeights.Normal(length, 1), clusters);
        AssertOptimal([.. RandomWeights.Normal(length, 2).Select(weight => weight * weight * weight)], clusters); // long tails
        AssertOptimal([.. RandomWeights.Normal(length, 3).Select(weight => MathF.Round(weight * 100) / 100)], clusters); // many equal
        AssertOptimal([.. Enumerable.Range(0, length).Select(i => (float)i)], clusters); // many partitions as good
        AssertOptimal([.. RandomWeights.Normal(length, 4).Select(weight => weight + 1000)], clusters); // far from 0
    }

    [Fact]
    public void Cluster_OptimalOfLongRunsOfEqualWeights_EndsAndIsOptimal()
    {
        // Runs of very different lengths, so that buckets are mostly one run.
        float[] weights = [.. Enumerable.Range(0, 90).SelectMany(i => Enumerable.Repeat(MathF.Sin(i * i), 1 + i * 37 % 71))];
        foreach (int clusters in (int[])[2, 3, 10, 40])
            AssertOptimal(weights, clusters);
    }

    [Fact]
    public void Cluster_OptimalOfManyWeights_ProvesItself()
    {
        KMeansResult result = KMeans.Cluster(RandomWeights.Normal(1_000_000, 1), 31);
        Assert.Equal(result.Distortion, result.LowerBound, result.Distortion * 1e-9);
        Assert.Equal(31, result.Centroids.Length);
    }

    [Fact]
    public void Cluster_AnyInitialization_IsNoBetterThanOptimal() =>
        Prop.ForAll(Gen.Choose(1, 3000).ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), Gen.Elements(All).ToArbitrary(), (length, clusters, initialization) =>
        {
            float[] weights = RandomWeights.Normal(length, length);
            KMeansResult optimal = KMeans.Cluster(weights, clusters);
            KMeansResult other = KMeans.Cluster(weights, clusters, new KMeansOptions { Initialization = initialization });
            Assert.True(optimal.Distortion <= other.Distortion * (1 + 1e-9), $"{initialization}: {other.Distortion} is less than {optimal.Distortion}");
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cluster_AnyInitialization_ReportsTheDistortionOfItsCentroids()
    {
        float[] weights = RandomWeights.Normal(5000, 9);
        foreach (CentroidInitialization initialization in All)
        {
            KMeansResult result = KMeans.Cluster(weights, 11, new KMeansOptions { Initialization = initialization });
            Assert.Equal(NaiveClustering.Distortion(weights, result.Centroids), result.Distortion, 1e-9 * result.Distortion);
            Assert.Equal(result.Centroids.Distinct().Order(), result.Centroids);
            Assert.InRange(result.Centroids.Length, 1, 11);
        }
    }

    [Fact]
    public void Cluster_MoreIterations_NeverRaiseDistortion()
    {
        float[] weights = RandomWeights.Normal(20_000, 4);
        foreach (CentroidInitialization initialization in All)
        {
            double last = double.PositiveInfinity;
            for (int iterations = 0; iterations < 40; iterations++)
            {
                double distortion = KMeans.Cluster(weights, 15, new KMeansOptions { Initialization = initialization, MaxIterations = iterations }).Distortion;
                Assert.True(distortion <= last * (1 + 1e-12), $"{initialization}, iteration {iterations}: {distortion} after {last}");
                last = distortion;
            }
        }
    }

    [Fact]
    public void Cluster_UntilNothingMoves_LeavesEveryCentroidAtTheMeanOfItsWeights()
    {
        float[] weights = RandomWeights.Normal(3000, 8);
        foreach (CentroidInitialization initialization in All)
        {
            KMeansResult result = KMeans.Cluster(weights, 6, new KMeansOptions { Initialization = initialization, MaxIterations = 10_000 });
            foreach (double centroid in result.Centroids)
            {
                double mean = weights.Where(weight => result.Centroids.MinBy(other => Math.Abs(weight - other)) == centroid).Average(weight => (double)weight);
                Assert.Equal(mean, centroid, 1e-9);
            }
        }
    }

    [Fact]
    public void Cluster_WithoutIterations_KeepsThePapersInitializations()
    {
        float[] weights = [0, 1, 2, 3, 4, 5, 6, 100];
        Assert.Equal([0d, 100], Start(CentroidInitialization.Linear, 4)); // 33.3 and 66.7 have no weight
        Assert.Equal([1d, 3, 5, 100], Start(CentroidInitialization.Density, 4));
        Assert.All(Start(CentroidInitialization.Random, 4), centroid => Assert.Contains((float)centroid, weights));
        Assert.Contains(100d, Start(CentroidInitialization.KMeansPlusPlus, 2)); // all but 1 % of the squared distance is there

        double[] Start(CentroidInitialization initialization, int clusters) =>
            KMeans.Cluster(weights, clusters, new KMeansOptions { Initialization = initialization, MaxIterations = 0 }).Centroids;
    }

    [Fact]
    public void Cluster_SameSeed_GivesTheSameAndAnotherSeedAnother()
    {
        float[] weights = RandomWeights.Normal(1000, 1);
        foreach (CentroidInitialization initialization in (CentroidInitialization[])[CentroidInitialization.Random, CentroidInitialization.KMeansPlusPlus])
        {
            double[] Centroids(int seed) => KMeans.Cluster(weights, 16, new KMeansOptions { Initialization = initialization, Seed = seed, MaxIterations = 0 }).Centroids;
            Assert.Equal(Centroids(1), Centroids(1));
            Assert.NotEqual(Centroids(1), Centroids(2));
        }
    }

    [Fact]
    public void Cluster_NoMoreDistinctWeightsThanClusters_ReturnsThem()
    {
        foreach (CentroidInitialization initialization in All)
        {
            KMeansResult result = KMeans.Cluster([2f, 0.1f, 2f, -3f, 0.1f], 3, new KMeansOptions { Initialization = initialization });
            Assert.Equal([-3d, 0.1f, 2], result.Centroids);
            Assert.Equal(0, result.Distortion);
        }

        Assert.Empty(KMeans.Cluster([], 16).Centroids);
        Assert.Equal([5d], KMeans.Cluster([5f, 5f], 16).Centroids);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Cluster_WeightThatIsNotFinite_NamesItsIndex(float value)
    {
        foreach (int length in (int[])[10, 5000])
        {
            float[] weights = RandomWeights.Normal(length, 1);
            weights[7] = value;
            Assert.StartsWith($"Weight 7 is {value}", Assert.Throws<ArgumentException>("weights", () => KMeans.Cluster(weights, 16)).Message);
        }
    }

    [Fact]
    public void Options_OutOfRange_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => KMeans.Cluster([1f], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KMeansOptions { MaxIterations = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new KMeansOptions { Initialization = (CentroidInitialization)99 });
    }

    private static void AssertOptimal(float[] weights, int clusters)
    {
        KMeansResult result = KMeans.Cluster(weights, clusters);
        double expected = NaiveClustering.OptimalDistortion(weights, clusters);
        double spread = weights.Sum(weight => (double)(weight - weights[0]) * (weight - weights[0]));
        Assert.Equal(expected, result.Distortion, 1e-12 * spread + 1e-9 * expected);
        Assert.Equal(result.Distortion, NaiveClustering.Distortion(weights, result.Centroids), 1e-12 * spread + 1e-9 * expected);
        Assert.InRange(result.LowerBound, expected - 1e-8 * expected - 1e-11 * spread, result.Distortion);
    }
}
