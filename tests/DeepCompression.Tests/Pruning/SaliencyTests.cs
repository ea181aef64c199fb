using DeepCompression.Pruning;

namespace DeepCompression.Tests.Pruning;

public sealed class SaliencyTests
{
    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float64)]
    public void Magnitude_EveryElementType_IsAbsoluteValue(ElementType type) =>
        Assert.Equal([1.5f, 0f, 0f, 2f], Saliency.Magnitude(type, RandomWeights.ToTensor([-1.5f, 0, -0f, 2], type).Values.Span));

    [Fact]
    public void MagnitudeTimesInputNorm_AnyLayout_MeetsTheNormOfItsChannel()
    {
        const int Outer = 3, Inner = 4;
        float[] norms = [2, 0, 5], weights = RandomWeights.Normal(Outer * norms.Length * Inner, 1), saliency = new float[weights.Length];
        Saliency.MagnitudeTimesInputNorm(weights, norms, Inner, saliency);
        for (int o = 0; o < Outer; o++)
        {
            for (int c = 0; c < norms.Length; c++)
            {
                for (int i = 0; i < Inner; i++)
                {
                    int index = (o * norms.Length + c) * Inner + i;
                    Assert.Equal(Math.Abs(weights[index]) * norms[c], saliency[index]);
                }
            }
        }
    }

    [Fact]
    public void MagnitudeTimesInputNorm_WeightsThatAreNoWholeChannels_Throws()
    {
        Assert.Throws<ArgumentException>("weights", () => Saliency.MagnitudeTimesInputNorm(new float[7], new float[2], 2, new float[7]));
        Assert.Throws<ArgumentException>("destination", () => Saliency.MagnitudeTimesInputNorm(new float[8], new float[2], 2, new float[7]));
        Assert.Throws<ArgumentOutOfRangeException>("inner", () => Saliency.MagnitudeTimesInputNorm(new float[8], new float[2], 0, new float[8]));
    }
}
