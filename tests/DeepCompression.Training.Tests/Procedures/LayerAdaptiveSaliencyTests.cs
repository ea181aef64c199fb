using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Training.Tests.Procedures;

public sealed class LayerAdaptiveSaliencyTests
{
    [Fact]
    public void Score_RandomWeights_IsTheSortedDefinitionToWithinItsClasses()
    {
        SeededRandom random = new(1);
        float[] weights = [.. Enumerable.Range(0, 3000).Select(_ => (float)random.NextNormal())];
        float[] scores = new float[weights.Length];
        LayerAdaptiveSaliency.Score(weights, scores);

        double sum = 0;
        foreach (int i in Enumerable.Range(0, weights.Length).OrderByDescending(i => Math.Abs(weights[i])))
        {
            sum += (double)weights[i] * weights[i];
            double expected = (double)weights[i] * weights[i] / sum;
            Assert.InRange(scores[i], expected * 0.5, expected * 1.0001); // weights of one class count for each other
        }
    }

    [Fact]
    public void Score_LargerMagnitude_NeverScoresLess()
    {
        SeededRandom random = new(2);
        float[] weights = [.. Enumerable.Range(0, 3000).Select(_ => (float)random.NextNormal())];
        float[] scores = new float[weights.Length];
        LayerAdaptiveSaliency.Score(weights, scores);
        float[] ordered = [.. Enumerable.Range(0, weights.Length).OrderBy(i => Math.Abs(weights[i])).Select(i => scores[i])];
        for (int i = 1; i < ordered.Length; i++)
            Assert.True(ordered[i] >= ordered[i - 1]);
    }

    [Fact]
    public void Score_AllZero_IsZero()
    {
        float[] scores = [1, 1];
        LayerAdaptiveSaliency.Score([0, -0f], scores);
        Assert.Equal([0f, 0f], scores);
    }
}
