namespace DeepCompression.Benchmarks.Lenet;

/// <summary>A curve of figure 6: one way to make the network small, at several settings and with several seeds.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">The points, by seed and setting.</param>
internal sealed record FigureCurve(string Name, FigurePoint[][] Points)
{
    /// <summary>Measures every setting with every network.</summary>
    public static FigureCurve Measure<T>(string name, IReadOnlyList<FigureNetwork> networks, IReadOnlyList<T> settings, Func<int, T, FigurePoint> point)
    {
        (int Seed, T Setting)[] jobs = [.. Enumerable.Range(0, networks.Count).SelectMany(seed => settings.Select(setting => (seed, setting)))];
        return new FigureCurve(name, [.. Jobs.Map(jobs, job => point(job.Seed, job.Setting)).Chunk(settings.Count)]);
    }

    /// <summary>Means over the seeds, from left to right.</summary>
    public (double Size, double Error)[] Mean() =>
        [.. Enumerable.Range(0, Points[0].Length).Select(i => (Points.Average(seed => seed[i].Size), Points.Average(seed => seed[i].Error))).OrderBy(point => point.Item1)];

    /// <summary>The largest ratio of every seed whose error is at most so many points above that of its dense network; null where a seed has none.</summary>
    public SeedSpread? GetLargestRatio(IReadOnlyList<FigureNetwork> networks, double points)
    {
        double[] sizes = [.. Points.Select((seed, i) => seed.Where(point => point.Error <= networks[i].DenseError + points).Select(point => point.Size).DefaultIfEmpty(double.NaN).Min())];
        return sizes.Any(double.IsNaN) ? null : new SeedSpread([.. sizes.Select(size => 100 / size)]);
    }
}
