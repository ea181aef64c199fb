using DeepCompression.WeightSharing;
using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Tests.WeightSharing;

public sealed class WeightSharerTests
{
    private static readonly ElementType[] Types = Enum.GetValues<ElementType>();

    [Fact]
    public void Share_AnyWeight_KeepsZerosAndTakesTheNearestCentroid() =>
        Prop.ForAll(Gen.Choose(1, 8).ToArbitrary(), Gen.Elements(Types).ToArbitrary(), Gen.Choose(0, 500).ToArbitrary(), (bits, type, size) =>
        {
            PrunedTensor tensor = RandomWeights.ToTensor(RandomWeights.Sparse(size, size % 3 * 0.4, size), type);
            CodedTensor shared = WeightSharer.Share(tensor, new SharingOptions { Bits = bits });
            Assert.True(shared.Codebook.Size <= 1 << bits);
            Assert.Equal(tensor.CountNonZeros() < size, shared.Codebook.HasZero);
            Assert.Equal(tensor.CountNonZeros(), shared.CountNonZeros());
            float[] values = tensor.ToSingles(), results = shared.ToSingles(), centroids = WeightValues.ToSingle(type, shared.Codebook.Values.Span);
            for (int i = 0; i < size; i++)
            {
                if (values[i] == 0)
                    Assert.Equal(0u, BitConverter.SingleToUInt32Bits(results[i]));
                else
                    Assert.Equal(centroids.Skip(shared.Codebook.HasZero ? 1 : 0).Min(centroid => Math.Abs((double)values[i] - centroid)), Math.Abs((double)values[i] - results[i]));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Share_WithZeros_GivesOneCentroidFewerToTheRest()
    {
        Assert.Equal(32, WeightSharer.Share(RandomWeights.ToTensor(RandomWeights.Normal(5000, 1)), new SharingOptions { Bits = 5 }).Codebook.Size);
        CodedTensor sparse = WeightSharer.Share(RandomWeights.ToTensor(RandomWeights.Sparse(5000, 0.9, 1)), new SharingOptions { Bits = 5 });
        Assert.Equal(32, sparse.Codebook.Size);
        Assert.True(sparse.Codebook.HasZero);
        CodedTensor oneBit = WeightSharer.Share(RandomWeights.ToTensor([0, 1, 3]), new SharingOptions { Bits = 1 });
        Assert.Equal([0f, 2f, 2f], oneBit.ToSingles());
    }

    [Fact]
    public void Share_NoMoreDistinctValuesThanCentroids_ChangesNothing()
    {
        foreach (ElementType type in Types)
        {
            float[] values = [.. Enumerable.Range(0, 3000).Select(i => (i * 7 % 16 - 8) * 0.37f)];
            PrunedTensor tensor = RandomWeights.ToTensor(values, type);
            CodedTensor shared = WeightSharer.Share(tensor, new SharingOptions { Bits = 4 });
            Assert.Equal(tensor.Values.ToArray(), shared.ToDense());
            Assert.Equal(16, shared.Codebook.Size);
        }
    }

    [Fact]
    public void Share_ClosestDoubles_AreToldApart()
    {
        double[] values = [1, Math.BitIncrement(1), 0, 2, Math.BitDecrement(2)];
        PrunedTensor tensor = RandomWeights.ToTensor(values);
        Assert.Equal(tensor.Values.ToArray(), WeightSharer.Share(tensor, new SharingOptions { Bits = 3 }).ToDense());
    }

    [Fact]
    public void Share_NegativeZero_IsPruned()
    {
        CodedTensor shared = WeightSharer.Share(RandomWeights.ToTensor([-0f, 1, 2, -0f]), new SharingOptions());
        Assert.Equal(2, shared.CountNonZeros());
        Assert.Equal(0, BitConverter.ToInt32(shared.ToDense()));
    }

    [Theory]
    [InlineData(ElementType.Float32, -1f, 1f)] // a mean of exactly zero
    [InlineData(ElementType.Float16, 5.9604645E-08f, -5.9604645E-08f)]
    public void Share_CentroidOfZero_IsNotThePatternOfAPrunedWeight(ElementType type, float first, float second)
    {
        CodedTensor shared = WeightSharer.Share(RandomWeights.ToTensor([0, first, second, 0], type), new SharingOptions { Bits = 1 });
        Assert.Equal(new byte[] { 0, 1, 1, 0 }, shared.Codes.ToArray());
        Assert.Equal(2, shared.CountNonZeros());
        Assert.Equal(-0f, shared.ToSingles()[1]);
        Assert.True(float.IsNegative(shared.ToSingles()[1]));
    }

    [Fact]
    public void Share_CentroidsThatRoundToOneFloat16_AreOne()
    {
        float[] values = [.. Enumerable.Range(0, 64).Select(i => i < 32 ? 1f : 1f + 1 / 1024f)]; // neighbours in float16
        CodedTensor shared = WeightSharer.Share(RandomWeights.ToTensor(values, ElementType.Float16), new SharingOptions { Bits = 8 });
        Assert.Equal(2, shared.Codebook.Size);
        Assert.Equal(values, shared.ToSingles());
    }

    [Fact]
    public void Share_Groups_HaveCentroidsOfTheirOwn()
    {
        float[] values = [1, 2, 1, 2, 10, 20, 30, 10, 0, 0, 0, 0];
        CodedTensor shared = WeightSharer.Share(RandomWeights.ToTensor(values, ElementType.Float32, 6, 2), new SharingOptions { Bits = 2, Groups = 3 });
        Assert.Equal(values, shared.ToSingles());
        Assert.Equal(3, shared.Codebook.Groups);
        Assert.Equal([0, 1, 2, 0, 0, 10, 20, 30, 0, 0, 0, 0], WeightValues.ToSingle(ElementType.Float32, shared.Codebook.Values.Span));
        Assert.True(shared.Codebook.HasZero); // one group has zeros, so all leave code 0 to it
    }

    [Fact]
    public void Share_GroupsThatDoNotDivideChannels_Throws()
    {
        PrunedTensor tensor = RandomWeights.ToTensor(new float[12], ElementType.Float32, 6, 2);
        Assert.Throws<ArgumentException>("groups", () => WeightSharer.Share(tensor, new SharingOptions { Groups = 4 }));
        Assert.Throws<ArgumentException>("groups", () => WeightSharer.Share(new PrunedTensor(ElementType.Float32, new TensorShape(), new byte[4]), new SharingOptions { Groups = 2 }));
    }

    [Fact]
    public void Share_EmptyScalarAndAllZeroWeights_AreCoded()
    {
        foreach (ElementType type in Types)
        {
            Assert.Equal(0, WeightSharer.Share(RandomWeights.ToTensor(Array.Empty<float>(), type), new SharingOptions()).Codebook.Size);
            Assert.Equal([3f], WeightSharer.Share(new PrunedTensor(type, new TensorShape(), RandomWeights.ToTensor([3f], type).Values), new SharingOptions()).ToSingles());
            CodedTensor zeros = WeightSharer.Share(RandomWeights.ToTensor(new float[100], type), new SharingOptions());
            Assert.Equal((1, 0), (zeros.Codebook.Size, zeros.CountNonZeros()));
            CodedTensor equal = WeightSharer.Share(RandomWeights.ToTensor([0.5f, 0.5f, 0.5f], type), new SharingOptions { Bits = 1 });
            Assert.Equal([0.5f, 0.5f, 0.5f], equal.ToSingles());
        }
    }

    [Fact]
    public void Share_WeightThatIsNotFinite_NamesItsIndex()
    {
        foreach (ElementType type in Types)
        {
            float[] values = RandomWeights.Normal(40, 1);
            values[33] = float.NaN;
            PrunedTensor tensor = RandomWeights.ToTensor(values, type, 4, 10);
            Assert.StartsWith("Weight 33 is NaN", Assert.Throws<ArgumentException>("tensor", () => WeightSharer.Share(tensor, new SharingOptions { Groups = 2 })).Message);
        }

        Assert.StartsWith("Weight 1 is 1E+200", Assert.Throws<ArgumentException>("tensor", () => WeightSharer.Share(RandomWeights.ToTensor([1d, 1e200]), new SharingOptions())).Message);
    }

    [Fact]
    public void Share_LargeWeight_HasTheDistortionThatKMeansReports()
    {
        float[] values = RandomWeights.Sparse(600_000, 0.8, 3);
        PrunedTensor tensor = RandomWeights.ToTensor(values);
        foreach (CentroidInitialization initialization in Enum.GetValues<CentroidInitialization>())
        {
            CodedTensor shared = WeightSharer.Share(tensor, new SharingOptions { Bits = 4, Initialization = initialization });
            KMeansResult result = KMeans.Cluster([.. values.Where(value => value != 0)], 15, new KMeansOptions { Initialization = initialization });
            Assert.Equal(result.Distortion, Distortion.SumOfSquaredErrors(tensor, shared), 1e-6 * result.Distortion); // centroids are rounded
        }
    }

    [Fact]
    public void UniformQuantizer_AnyWeight_UsesEvenlySpacedValuesAndIsWorseThanKMeans()
    {
        PrunedTensor tensor = RandomWeights.ToTensor(RandomWeights.Sparse(20_000, 0.5, 3));
        CodedTensor uniform = UniformQuantizer.Share(tensor, new SharingOptions { Bits = 4 });
        float[] values = tensor.ToSingles(), centroids = WeightValues.ToSingle(ElementType.Float32, uniform.Codebook.Values.Span)[1..];
        for (int i = 0; i < 15; i++)
            Assert.Equal(values.Min() + (values.Max() - values.Min()) * i / 14d, centroids[i], 1e-5);
        double quantized = Distortion.SumOfSquaredErrors(tensor, uniform);
        Assert.Equal(values.Where(value => value != 0).Sum(value => centroids.Min(centroid => ((double)value - centroid) * ((double)value - centroid))), quantized, 1e-6 * quantized);
        Assert.True(Distortion.SumOfSquaredErrors(tensor, WeightSharer.Share(tensor, new SharingOptions { Bits = 4 })) < 0.7 * quantized);
    }

    [Fact]
    public void SumOfSquaredErrors_WeightsThatDoNotMatch_Throws() =>
        Assert.Throws<ArgumentException>("compressed", () => Distortion.SumOfSquaredErrors(RandomWeights.ToTensor([1f, 2f]), RandomWeights.ToTensor([1f])));

    [Fact]
    public void Options_OutOfRange_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SharingOptions { Bits = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SharingOptions { Bits = 9 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SharingOptions { Groups = 0 });
    }
}
