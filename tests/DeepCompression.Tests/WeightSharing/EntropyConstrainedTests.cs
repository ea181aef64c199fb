using DeepCompression.WeightSharing;
using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Tests.WeightSharing;

public sealed class EntropyConstrainedTests
{
    private static readonly CentroidInitialization[] All = Enum.GetValues<CentroidInitialization>();

    [Fact]
    public void Cluster_AnyPenalty_NeverCostsMoreThanItsStart() =>
        Prop.ForAll(Gen.Choose(1, 3000).ToArbitrary(), Gen.Choose(1, 60).ToArbitrary(), Gen.Choose(0, 12).ToArbitrary(), (length, clusters, step) =>
        {
            float[] weights = [.. RandomWeights.Normal(length, length).Select(weight => MathF.Round(weight * weight * weight * 500) / 64)];
            KMeansOptions start = new() { Initialization = All[step % All.Length], MaxIterations = 1 + length % 40 };
            double penalty = Math.ScaleB(1, step - 12);
            KMeansResult before = KMeans.Cluster(weights, clusters, start);
            KMeansResult after = KMeans.Cluster(weights, clusters, start with { EntropyPenalty = penalty });
            double worth = penalty * SquaredDeviations(weights); // of a bit a weight
            Assert.True(
                after.Distortion + worth * after.Entropy <= (before.Distortion + worth * before.Entropy) * (1 + 1e-9),
                $"{after} after {before}");
            Assert.InRange(after.Centroids.Length, Math.Min(1, length), before.Centroids.Length);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cluster_FewDistinctWeightsAndAPenalty_MergesThem()
    {
        float[] weights = [.. RandomWeights.Normal(3000, 1).Select(weight => MathF.Round(weight * 20) / 20)];
        KMeansResult kept = KMeans.Cluster(weights, 255), merged = KMeans.Cluster(weights, 255, new KMeansOptions { EntropyPenalty = 0.01 });
        Assert.Equal(weights.Distinct().Order().Select(weight => (double)weight), kept.Centroids);
        Assert.Equal(0, kept.Distortion);
        Assert.InRange(merged.Centroids.Length, 2, kept.Centroids.Length - 1);
        Assert.InRange(merged.Entropy, 1, kept.Entropy - 0.5);
        Assert.InRange(merged.Distortion, 1e-9, 0.01 * SquaredDeviations(weights));
    }

    [Fact]
    public void Cluster_UntilNothingMoves_NoWeightHasACheaperCentroidAndNoCentroidABetterPlace() =>
        Prop.ForAll(Gen.Choose(30, 1500).ToArbitrary(), Gen.Choose(2, 40).ToArbitrary(), Gen.Choose(0, 8).ToArbitrary(), (length, clusters, step) =>
        {
            float[] weights = [.. RandomWeights.Normal(length, length + 1).Select(weight => weight * MathF.Abs(weight) + 3)];
            double ratio = Math.ScaleB(1, step - 10);
            KMeansOptions options = new() { MaxIterations = 100_000 };
            double penalty = ratio * SquaredDeviations(weights) / length;
            KMeansResult result = KMeans.Cluster(weights, clusters, options with { EntropyPenalty = ratio });

            int[] owners = [.. weights.Select(weight => result.Boundaries.Count(boundary => boundary <= weight))];
            double[] lengths = [.. result.Centroids.Select((_, code) => Math.Log2((double)length / owners.Count(owner => owner == code)))];
            double distortion = 0;
            for (int i = 0; i < length; i++)
            {
                double Cost(int code) => Square(weights[i] - result.Centroids[code]) + penalty * lengths[code];
                double least = Enumerable.Range(0, lengths.Length).Min(Cost);
                Assert.Equal(least, Cost(owners[i]), 1e-9 * (1 + least));
                distortion += Square(weights[i] - result.Centroids[owners[i]]);
            }

            for (int code = 0; code < lengths.Length; code++)
                Assert.Equal(weights.Where((_, i) => owners[i] == code).Average(weight => (double)weight), result.Centroids[code], 1e-9);
            Assert.Equal(distortion, result.Distortion, 1e-9 * (1 + distortion));
            Assert.Equal(owners.Average(owner => lengths[owner]), result.Entropy, 1e-9);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cluster_WithoutPenalty_CutsHalfway()
    {
        float[] weights = RandomWeights.Normal(5000, 3);
        foreach (CentroidInitialization initialization in All)
        {
            KMeansResult result = KMeans.Cluster(weights, 13, new KMeansOptions { Initialization = initialization, EntropyPenalty = 0 });
            Assert.Equal(result.Centroids.Zip(result.Centroids.Skip(1), (low, high) => low / 2 + high / 2), result.Boundaries);
            double[] shares = [.. weights.GroupBy(weight => result.Centroids.MinBy(centroid => Math.Abs(weight - centroid))).Select(group => group.Count() / 5000d)];
            Assert.Equal(shares.Sum(share => -share * Math.Log2(share)), result.Entropy, 1e-9);
        }
    }

    [Fact]
    public void Cluster_LargerPenalty_GivesFewerBitsAndMoreDistortion()
    {
        float[] weights = RandomWeights.Normal(100_000, 5);
        KMeansResult last = KMeans.Cluster(weights, 31);
        foreach (double penalty in (double[])[1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1])
        {
            KMeansResult result = KMeans.Cluster(weights, 31, new KMeansOptions { EntropyPenalty = penalty });
            Assert.True(result.Entropy < last.Entropy && result.Distortion > last.Distortion, $"{penalty}: {result} after {last}");
            last = result;
        }

        Assert.Single(KMeans.Cluster(weights, 31, new KMeansOptions { EntropyPenalty = 100 }).Centroids);
    }

    [Fact]
    public void Cluster_EqualDistortion_NeedsFewerBitsThanFewerCentroids()
    {
        // What it is for: heavy tails, where centroids of equal error have codes of almost equal frequency.
        float[] weights = [.. RandomWeights.Normal(50_000, 6).Select(weight => weight * MathF.Abs(weight))];
        KMeansResult plain = KMeans.Cluster(weights, 16), constrained = KMeans.Cluster(weights, 64);
        for (double penalty = 1e-4; constrained.Distortion < 0.9 * plain.Distortion; penalty *= 1.1)
            constrained = KMeans.Cluster(weights, 64, new KMeansOptions { Initialization = CentroidInitialization.Density, EntropyPenalty = penalty });
        Assert.True(constrained.Distortion < plain.Distortion);
        Assert.True(constrained.Entropy < plain.Entropy - 0.2, $"{constrained.Entropy} bits against {plain.Entropy}");
    }

    [Fact]
    public void Cluster_CentroidsEnough_LeavesHalfToSevenTenthsOfThePenalty()
    {
        float[] weights = RandomWeights.Normal(200_000, 7);
        double variance = SquaredDeviations(weights) / weights.Length;
        foreach (double penalty in (double[])[0.001, 0.01])
        {
            KMeansResult result = KMeans.Cluster(weights, 127, new KMeansOptions { Initialization = CentroidInitialization.Density, EntropyPenalty = penalty, MaxIterations = 5000 });
            Assert.InRange(result.Distortion / weights.Length / variance, 0.5 * penalty, 0.75 * penalty); // 1 / (2 ln 2) = 0.72 in the limit
        }
    }

    [Fact]
    public void Share_Twice_GivesTheSame()
    {
        PrunedTensor tensor = RandomWeights.ToTensor(RandomWeights.Sparse(600_000, 0.7, 2));
        SharingOptions options = new() { Bits = 5, EntropyPenalty = 1e-3 };
        CodedTensor first = WeightSharer.Share(tensor, options), second = WeightSharer.Share(tensor, options);
        Assert.Equal(first.Codes.ToArray(), second.Codes.ToArray());
        Assert.Equal(first.Codebook.Values.ToArray(), second.Codebook.Values.ToArray());
    }

    [Fact]
    public void Share_AnyTypeAndGroups_HasTheDistortionThatKMeansReports()
    {
        float[] values = RandomWeights.Sparse(20_000, 0.5, 4);
        foreach (ElementType type in Enum.GetValues<ElementType>())
        {
            PrunedTensor tensor = RandomWeights.ToTensor(values, type, 20, 1000);
            CodedTensor shared = WeightSharer.Share(tensor, new SharingOptions { Bits = 4, Groups = 2, EntropyPenalty = 0.02 });
            float[] stored = tensor.ToSingles();
            double expected = 0;
            for (int group = 0; group < 2; group++)
                expected += KMeans.Cluster([.. stored.Skip(group * 10_000).Take(10_000).Where(value => value != 0)], 15, new KMeansOptions { EntropyPenalty = 0.02 }).Distortion;
            Assert.Equal(expected, Distortion.SumOfSquaredErrors(tensor, shared), 0.01 * expected); // centroids are rounded
            Assert.Equal(tensor.CountNonZeros(), shared.CountNonZeros());
            Assert.True(expected > Distortion.SumOfSquaredErrors(tensor, WeightSharer.Share(tensor, new SharingOptions { Bits = 4, Groups = 2 })));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Penalty_OutOfRange_Throws(double penalty) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new KMeansOptions { EntropyPenalty = penalty });

    private static double Square(double x) => x * x;

    private static double SquaredDeviations(float[] weights)
    {
        double mean = weights.Average(weight => (double)weight);
        return weights.Sum(weight => Square(weight - mean));
    }
}
