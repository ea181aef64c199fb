using System.Numerics;

namespace DeepCompression.Training.Tests.Optimizers;

public sealed class OptimizerTests
{
    private const int Length = 32; // a whole number of vectors of any width
    private static readonly UpdateStep _step = new(0.1f, 0.5f, 0.01f, 0.02f, 0);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Update_Sgd_FollowsItsFormula(bool nesterov, bool masked)
    {
        double[] momentum = new double[Length];
        Check(new Sgd { Momentum = 0.8f, Nesterov = nesterov }, masked, (i, w, g, _) =>
        {
            momentum[i] = (0.8 * momentum[i]) + g;
            return w - (0.1 * (nesterov ? g + (0.8 * momentum[i]) : momentum[i]));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Update_Adam_FollowsItsFormula(bool masked)
    {
        double[] mean = new double[Length];
        double[] square = new double[Length];
        Check(new Adam { Beta1 = 0.8f, Beta2 = 0.9f, Epsilon = 1e-3f }, masked, (i, w, g, step) =>
        {
            mean[i] = (0.8 * mean[i]) + (0.2 * g);
            square[i] = (0.9 * square[i]) + (0.1 * g * g);
            return w - (0.1 * (mean[i] / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.9, step))) + 1e-3));
        });
    }

    [Fact]
    public void Momentum_One_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd { Momentum = 1 });

    private static void Check(Optimizer optimizer, bool masked, Func<int, double, double, int, double> formula)
    {
        Assert.True(Length % Vector<float>.Count == 0);
        Random random = new(1);
        float[] weights = [.. Enumerable.Range(0, Length).Select(_ => (float)random.NextDouble() - 0.5f)];
        float[] mask = masked ? [.. Enumerable.Range(0, Length).Select(i => i % 3 == 0 ? 0f : 1f)] : [];
        for (int i = 0; i < mask.Length; i++)
            weights[i] *= mask[i];
        double[] expected = [.. weights.Select(weight => (double)weight)];
        float[] first = new float[Length];
        float[] second = new float[Length];
        for (int step = 1; step <= 4; step++)
        {
            float[] gradient = [.. Enumerable.Range(0, Length).Select(_ => (float)random.NextDouble() - 0.5f)];
            optimizer.Update(weights, gradient, first, second, mask, _step with { Number = step });
            for (int i = 0; i < Length; i++)
            {
                double slope = (0.5 * gradient[i]) + (0.02 * expected[i]) + (0.01 * Math.Sign(expected[i]));
                expected[i] = formula(i, expected[i], masked ? slope * mask[i] : slope, step);
                Assert.Equal(expected[i], weights[i], 1e-5);
                Assert.True(!masked || mask[i] != 0 || weights[i] == 0);
            }
        }
    }
}
