using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.LowRank;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Plots;
using DeepCompression.Training.Procedures;
using DeepCompression.WeightSharing;
using Google.Protobuf;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// Figures 6 and 7 of Han et al. 2016 for LeNet-300-100 on MNIST, as SVG and CSV in <c>artifacts/bench/lenet</c>. Curves take many points, so
/// they are measured on the samples held out of the training set; the test set is not touched.
/// </summary>
internal static class Figures
{
    private const string Folder = "artifacts/bench/lenet";

    private static readonly string[] _matrices = ["fc1.weight", "fc2.weight", "fc3.weight"];

    public static void Run(BenchTable table)
    {
        LenetData data = LenetData.Mnist();
        LenetRecipe recipe = Recipes.LeNet300100;
        ModelProto dense = LenetRun.TrainDense(recipe with { DenseEpochs = 6 }, data.Training, 1);
        double denseError = LenetRun.Error(dense, data.Validation);

        // Figure 6: error against what is left of the file.
        double[] sparsities = [0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99];
        ModelProto[] pruned = Map(sparsities, sparsity => Prune(recipe, dense, data, sparsity));
        (double, double)[] pruning = Map(pruned, model => Point(model, data));
        (double, double)[] both = Map(pruned, model => Point(Share(recipe, dense, model, data, 3, CentroidInitialization.Optimal, 1), data));
        int[] bits = [1, 2, 3, 4, 5, 6, 8];
        (double, double)[] sharing = Map(bits, b => Point(Share(recipe, dense, dense, data, b, CentroidInitialization.Optimal, 1), data));
        double[] shares = [0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5];
        (double, double)[] svd = Map(shares, share => LowRankPoint(dense, data, share));
        new LinePlot
        {
            Title = "LeNet-300-100, MNIST: error against size (figure 6 of the paper)",
            XLabel = "packed file by dense file, %",
            YLabel = "error on held out samples, %",
            LogarithmicX = true,
            LogarithmicY = true,
            Series =
            [
                new PlotSeries("pruning + sharing (3 bits)", Sorted(both)), new PlotSeries("pruning alone", Sorted(pruning)), new PlotSeries("sharing alone", Sorted(sharing)),
                new PlotSeries("SVD, not retrained", Sorted(svd)), new PlotSeries("dense", [(0.5, denseError), (100, denseError)], Dashed: true),
            ],
        }.Save($"{Folder}/figure6");
        double allowed = denseError + 0.3;
        foreach ((string name, (double Size, double Error)[] curve) in new[] { ("pruning + sharing", both), ("pruning alone", pruning), ("sharing alone", sharing), ("SVD", svd) })
        {
            (double Size, double Error)[] good = [.. curve.Where(point => point.Error <= allowed)];
            if (good.Length > 0)
                table.Add(new BenchRow($"figure 6, {name}: largest ratio within 0.3 points of dense", 100 / good.Min(point => point.Size), "times", Note: string.Create(CultureInfo.InvariantCulture, $"held out samples, dense {denseError:F2} %, seed 1; artifacts/bench/lenet/figure6.svg")));
        }

        // Figure 7: where k-means starts.
        ModelProto sparse = pruned[Array.IndexOf(sparsities, 0.95)];
        (string Name, CentroidInitialization Start)[] starts = [("linear", CentroidInitialization.Linear), ("density", CentroidInitialization.Density), ("random", CentroidInitialization.Random), ("exact optimum (ours)", CentroidInitialization.Optimal)];
        int[] codeBits = [2, 3, 4, 5, 6];
        var jobs = starts.SelectMany(start => codeBits.SelectMany(b => new[] { (start.Start, Bits: b, Epochs: 0), (start.Start, Bits: b, Epochs: 1) })).ToArray();
        double[] errors = Map(jobs, job => LenetRun.Error(Share(recipe, dense, sparse, data, job.Bits, job.Start, job.Epochs), data.Validation));
        foreach (int epochs in new[] { 0, 1 })
        {
            new LinePlot
            {
                Title = $"LeNet-300-100, 5 % left, {(epochs == 0 ? "before" : "after")} training centroids (figure 7 of the paper)",
                XLabel = "bits a code",
                YLabel = "error on held out samples, %",
                Series = [.. starts.Select(start => new PlotSeries(start.Name, [.. codeBits.Select(b => ((double)b, errors[Array.IndexOf(jobs, (start.Start, b, epochs))]))]))],
            }.Save($"{Folder}/figure7-{(epochs == 0 ? "before" : "after")}");
        }

        foreach ((string name, CentroidInitialization start) in starts)
        {
            string before = string.Join(", ", codeBits.Select(b => errors[Array.IndexOf(jobs, (start, b, 0))].ToString("F2", CultureInfo.InvariantCulture)));
            string after = string.Join(", ", codeBits.Select(b => errors[Array.IndexOf(jobs, (start, b, 1))].ToString("F2", CultureInfo.InvariantCulture)));
            table.Add(new BenchRow($"figure 7, {name}: error at 3 bits after training centroids", errors[Array.IndexOf(jobs, (start, 3, 1))], "%", Note: $"2 to 6 bits: {before} before, {after} after"));
        }
    }

    private static ModelProto Prune(LenetRecipe recipe, ModelProto dense, LenetData data, double sparsity) =>
        PrunedTraining.Run(dense, data.Training, new PruneOptions { Sparsity = sparsity, Epochs = 8, Feedback = false }, LenetRun.SmallOptions(recipe with { Rate = 2e-3 }, dense, 1)).Model;

    private static ModelProto Share(LenetRecipe recipe, ModelProto dense, ModelProto model, LenetData data, int bits, CentroidInitialization start, int epochs) =>
        SharedTraining.Run(model, data.Training, new ShareOptions { Bits = bits, Initialization = start, Epochs = epochs }, LenetRun.SmallOptions(recipe, dense, 1)).Model;

    /// <summary>The size of the packed file in percent of the dense one, and the error.</summary>
    private static (double Size, double Error) Point(ModelProto model, LenetData data)
    {
        OnnxModel packed = ModelCompressor.Compress(new OnnxModel(model), LenetRun.Packing).Model;
        return (100.0 * packed.ToBytes().Length / model.CalculateSize(), LenetRun.Error(model, data.Validation));
    }

    private static (double Size, double Error) LowRankPoint(ModelProto dense, LenetData data, double share)
    {
        ModelProto model = dense.Clone();
        long bytes = model.CalculateSize();
        foreach (TensorProto tensor in model.Graph.Initializer.Where(tensor => _matrices.Contains(tensor.Name)))
        {
            int rows = (int)tensor.Dims[0], columns = (int)tensor.Dims[1];
            int rank = Math.Max(1, TruncatedSvd.RankOfShare(rows, columns, share));
            LowRankFactors factors = TruncatedSvd.Factor(new PrunedTensor(ElementType.Float32, new TensorShape(rows, columns), tensor.RawData.ToByteArray()), rank);
            bytes += factors.Bytes - tensor.RawData.Length;
            tensor.RawData = ByteString.CopyFrom(factors.Reconstruct().Values.Span);
        }

        return (100.0 * bytes / dense.CalculateSize(), LenetRun.Error(model, data.Validation));
    }

    private static (double X, double Y)[] Sorted((double X, double Y)[] points) => [.. points.OrderBy(point => point.X)];

    /// <summary>Does a job for each item, as many at a time as there are processor cores; results in the order of the items.</summary>
    internal static TResult[] Map<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> job)
    {
        TResult[] results = new TResult[items.Count];
        Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => results[i] = job(items[i]));
        return results;
    }
}
