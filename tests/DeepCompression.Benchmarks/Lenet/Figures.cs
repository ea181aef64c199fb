using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Plots;
using DeepCompression.WeightSharing;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// Figures 6 and 7 of Han et al. 2016 for LeNet-300-100 on MNIST, means over the seeds, as SVG and CSV in <c>artifacts/bench/lenet</c>.
/// Curves take many points, so they are measured on samples held out of the training set, others with each seed; the test set is not touched.
/// </summary>
internal static class Figures
{
    private const string Folder = "artifacts/bench/lenet";
    private const double Allowed = 0.3; // points of error
    private const int SharedBits = 3; // of what is pruned
    private const double StartSparsity = 0.95; // at which figure 7 compares where k-means starts

    private static readonly double[] _sparsities = [0.5, 0.8, 0.9, StartSparsity, 0.97, 0.98, 0.99];
    private static readonly int[] _bits = [1, 2, 3, 4, 5, 6, 8];
    private static readonly double[] _shares = [0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5];
    private static readonly int[] _codeBits = [2, 3, 4, 5, 6];

    private static readonly (string Name, CentroidInitialization Start)[] _starts =
        [("linear", CentroidInitialization.Linear), ("density", CentroidInitialization.Density), ("random", CentroidInitialization.Random), ("exact optimum (ours)", CentroidInitialization.Optimal)];

    public static void Run(BenchTable table, IReadOnlyList<int> seeds)
    {
        LenetData data = LenetData.Mnist();
        FigureNetwork[] networks = Jobs.Map(seeds, seed => new FigureNetwork(data, seed));
        (int Seed, double Sparsity)[] jobs = [.. Enumerable.Range(0, seeds.Count).SelectMany(seed => _sparsities.Select(sparsity => (seed, sparsity)))];
        ModelProto[] models = Jobs.Map(jobs, job => networks[job.Seed].Prune(job.Sparsity));
        ModelProto Pruned(int seed, double sparsity) => models[Array.IndexOf(jobs, (seed, sparsity))];
        string how = $"held out samples, seeds {string.Join(' ', seeds)}";
        AddSizes(table, networks, Pruned, how);
        AddStarts(table, networks, [.. networks.Select((_, seed) => Pruned(seed, StartSparsity))], how);
    }

    // Figure 6: error against what is left of the file.
    private static void AddSizes(BenchTable table, FigureNetwork[] networks, Func<int, double, ModelProto> pruned, string how)
    {
        FigureCurve[] curves =
        [
            FigureCurve.Measure($"pruning + sharing ({SharedBits} bits)", networks, _sparsities, (seed, sparsity) => networks[seed].Pack(networks[seed].Share(pruned(seed, sparsity), SharedBits, CentroidInitialization.Optimal, 1))),
            FigureCurve.Measure("pruning alone", networks, _sparsities, (seed, sparsity) => networks[seed].Pack(pruned(seed, sparsity))),
            FigureCurve.Measure("sharing alone", networks, _bits, (seed, bits) => networks[seed].Pack(networks[seed].Share(networks[seed].Dense, bits, CentroidInitialization.Optimal, 1))),
            FigureCurve.Measure("SVD, not retrained", networks, _shares, (seed, share) => networks[seed].Factor(share)),
        ];
        SeedSpread dense = new([.. networks.Select(network => network.DenseError)]);
        new LinePlot
        {
            Title = "LeNet-300-100, MNIST: error against size (figure 6 of the paper)",
            XLabel = "packed file by dense file, %",
            YLabel = "error on held out samples, %",
            LogarithmicX = true,
            LogarithmicY = true,
            Series = [.. curves.Select(curve => new PlotSeries(curve.Name, curve.Mean())), new PlotSeries("dense", [(0.5, dense.Mean), (100, dense.Mean)], Dashed: true)],
        }.Save($"{Folder}/figure6");
        foreach (FigureCurve curve in curves)
        {
            if (curve.GetLargestRatio(networks, Allowed) is { } ratio)
                table.Add(new BenchRow(Invariant($"figure 6, {curve.Name}: largest ratio within {Allowed} points of dense"), ratio.Mean, "times", Note: Invariant($"{how}: {ratio.ToText(1)}; dense {dense.Mean:F2} %; artifacts/bench/lenet/figure6.svg")));
        }
    }

    // Figure 7: where k-means starts.
    private static void AddStarts(BenchTable table, FigureNetwork[] networks, ModelProto[] sparse, string how)
    {
        (CentroidInitialization Start, int Bits, int Epochs, int Seed)[] jobs =
            [.. _starts.SelectMany(start => _codeBits.SelectMany(bits => new[] { 0, 1 }.SelectMany(epochs => Enumerable.Range(0, networks.Length).Select(seed => (start.Start, bits, epochs, seed)))))];
        double[] errors = Jobs.Map(jobs, job => networks[job.Seed].Error(networks[job.Seed].Share(sparse[job.Seed], job.Bits, job.Start, job.Epochs)));
        SeedSpread Of(CentroidInitialization start, int bits, int epochs) => new([.. errors.Where((_, i) => (jobs[i].Start, jobs[i].Bits, jobs[i].Epochs) == (start, bits, epochs))]);
        foreach (int epochs in new[] { 0, 1 })
        {
            string when = epochs == 0 ? "before" : "after";
            new LinePlot
            {
                Title = Invariant($"LeNet-300-100, {100 * (1 - StartSparsity):F0} % left, {when} training centroids (figure 7 of the paper)"),
                XLabel = "bits a code",
                YLabel = "error on held out samples, %",
                Series = [.. _starts.Select(start => new PlotSeries(start.Name, [.. _codeBits.Select(bits => ((double)bits, Of(start.Start, bits, epochs).Mean))]))],
            }.Save($"{Folder}/figure7-{when}");
        }

        foreach ((string name, CentroidInitialization start) in _starts)
        {
            string Means(int epochs) => string.Join(", ", _codeBits.Select(bits => Of(start, bits, epochs).Mean.ToString("F2", CultureInfo.InvariantCulture)));
            SeedSpread trained = Of(start, SharedBits, 1);
            table.Add(new BenchRow($"figure 7, {name}: error at {SharedBits} bits after training centroids", trained.Mean, "%", Note: $"{how}: {trained.ToText()}; means of 2 to 6 bits: {Means(0)} before, {Means(1)} after"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
