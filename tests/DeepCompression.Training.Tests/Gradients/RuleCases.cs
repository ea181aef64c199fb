namespace DeepCompression.Training.Tests.Gradients;

/// <summary>For every operator, nodes with random shapes and attributes.</summary>
internal static class RuleCases
{
    /// <summary>Cases by operator; the name may carry a variant behind a colon.</summary>
    public static IReadOnlyDictionary<string, Func<Random, GradientCase>> All { get; } =
        new[] { ElementwiseCases.All, LinearCases.All, PoolingCases.All, ShapeCases.All, LayerCases.All }.SelectMany(cases => cases).ToDictionary();

    /// <summary>One to three dimensions of 1 to 4.</summary>
    public static long[] Shape(Random random, int minimumRank = 1) => [.. Enumerable.Range(0, random.Next(minimumRank, 4)).Select(_ => (long)random.Next(1, 5))];

    /// <summary>A shape that broadcasts to another: dimensions are left out in front, or 1.</summary>
    public static long[] Broadcast(Random random, long[] shape) => [.. shape.Skip(random.Next(0, shape.Length)).Select(size => random.Next(3) == 0 ? 1 : size)];

    public static long Pick(Random random, params long[] values) => values[random.Next(values.Length)];
}
