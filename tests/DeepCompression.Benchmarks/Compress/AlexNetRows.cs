using System.Text.Json;
using System.Text.Json.Serialization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;

namespace DeepCompression.Benchmarks.Compress;

/// <summary>Sizes of a network of AlexNet's shape, and whole runs of the tool against gzip and zstd on the same files, in turn.</summary>
internal static class AlexNetRows
{
    private const int Rounds = 3;
    private const int Converged = 20_000; // iterations: no weight changes its centroid any more

    // The same number of centroids in each. The ratio grows with the squared error that is accepted, so each row shows both. Penalties are
    // those of conv1 to conv5 and fc6 to fc8; the ones after a row of k-means are the largest with no more squared error than it has.
    private static readonly Sharing[] _sharings =
    [
        new("exact optimum", "optimal", 0, []),
        new("k-means from a linear start, stopped after 20 iterations", "linear", 20, []),
        new("entropy-constrained, no layer with more error than after 20 iterations", null, Converged, [4.5e-4, 3.4e-4, 2.7e-4, 3.6e-4, 2.7e-4, 3.9e-3, 4.1e-3, 6.6e-3]),
        new("k-means from a linear start (the paper's), until nothing moves", "linear", Converged, []),
        new("entropy-constrained, no layer with more error than k-means leaves", null, Converged, [4.4e-4, 2.7e-4, 2.1e-4, 2.9e-4, 2.4e-4, 7.9e-4, 9.7e-4, 1.42e-3]), // what the other rows measure
    ];

    private static readonly JsonSerializerOptions _json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static void AddTo(BenchTable table)
    {
        string dense = BenchFiles.Scratch("alexnet/dense.onnx");
        string recipe = BenchFiles.Scratch("alexnet/recipe.json");
        string packed = BenchFiles.Scratch("alexnet/packed.onnx");
        string portable = BenchFiles.Scratch("alexnet/portable.onnx");
        string unpacked = BenchFiles.Scratch("alexnet/unpacked.onnx");
        if (!File.Exists(dense))
            AlexNetModel.Create().Save(dense, new SaveOptions { Overwrite = true });
        double denseBytes = new FileInfo(dense).Length;
        OnnxModel original = OnnxModel.Load(dense);
        List<(double Bytes, Dictionary<string, double> Noise)> shared = [];
        foreach (Sharing sharing in _sharings)
        {
            File.WriteAllText(recipe, sharing.ToRecipe());
            MeasuredProcess.Tool("compress", dense, "-o", packed, "--recipe", recipe, "--no-verify", "--force", "--quiet");
            double length = new FileInfo(packed).Length, ratio = denseBytes / length;
            Dictionary<string, double> noise = SharingError.Measure(original, OnnxModel.Load(packed));
            shared.Add((length, noise));
            bool last = sharing == _sharings[^1];
            string? bar = null;
            bool? holds = null;
            if (sharing.EntropyPenalties.Length > 0)
            {
                (double before, Dictionary<string, double> allowed) = shared[^2];
                (bar, holds) = (last ? "ratio >= 33, no layer worse" : "smaller, no layer worse", length < before && noise.All(layer => layer.Value <= allowed[layer.Key]) && (!last || ratio >= 33));
            }

            table.Add(new BenchRow(
                $"AlexNet-shaped: dense by packed file, {sharing.Name}", length, "bytes", denseBytes, ratio, bar, holds,
                FormattableString.Invariant($"squared error {noise["fc6.weight"] / shared[0].Noise["fc6.weight"]:0.00} of the optimum's in fc6; signal to noise {SharingError.Describe(noise)}{(last ? "; Huffman; Han et al. 2016: 35x" : "")}")));
        }

        // Compressing against gzip -6 on the same file.
        List<MeasuredProcess> ours = [], theirs = [];
        for (int round = 0; round < Rounds; round++)
        {
            ours.Add(MeasuredProcess.Tool("compress", dense, "-o", packed, "--recipe", recipe, "--no-verify", "--force", "--quiet"));
            theirs.Add(MeasuredProcess.Run("sh", "-c", $"gzip -6 -c '{dense}' > '{dense}.gz'"));
        }

        MeasuredProcess.Tool("unpack", packed, "-o", portable, "--to", "portable", "--force");
        double portableBytes = new FileInfo(portable).Length;
        table.Add(new BenchRow("AlexNet-shaped: dense by portable file", portableBytes, "bytes", denseBytes, denseBytes / portableBytes, "ratio >= 17", denseBytes / portableBytes >= 17));
        string range = BenchFiles.Scratch("alexnet/range.onnx");
        MeasuredProcess.Tool("compress", packed, "-o", range, "--lossless", "--coder", "range", "--force", "--quiet");
        double rangeBytes = new FileInfo(range).Length;
        table.Add(new BenchRow("AlexNet-shaped: dense by packed file, range coder", rangeBytes, "bytes", denseBytes, denseBytes / rangeBytes));
        table.Add(BenchRow.Faster("AlexNet-shaped: compress against gzip -6", Median(ours), Median(theirs), "s", 1, $"gzip: {denseBytes / new FileInfo(dense + ".gz").Length:0.00}x"));
        double peak = ours.Max(run => run.PeakBytes);
        table.Add(new BenchRow("AlexNet-shaped: peak memory of compress by the model", peak, "bytes", denseBytes, denseBytes / peak, "at most 3x the model", peak <= 3 * denseBytes));
        File.Delete(dense + ".gz");

        AddUnpacking(table, packed, unpacked);
    }

    private static void AddUnpacking(BenchTable table, string packed, string unpacked)
    {
        MeasuredProcess.Tool("unpack", packed, "-o", unpacked, "--to", "dense", "--force");
        if (!MeasuredProcess.IsInstalled("zstd"))
        {
            table.Add(new BenchRow("AlexNet-shaped: unpack against zstd -d: not measured, zstd is not installed", 0, "s"));
            return;
        }

        string zst = BenchFiles.Scratch("alexnet/pruned-and-shared.zst");
        string restored = BenchFiles.Scratch("alexnet/restored.onnx");
        MeasuredProcess.Run("zstd", "-9", "-q", "-f", unpacked, "-o", zst);
        List<MeasuredProcess> ours = [], theirs = [];
        for (int round = 0; round < 2 * Rounds + 1; round++)
        {
            ours.Add(MeasuredProcess.Tool("unpack", packed, "-o", unpacked, "--to", "dense", "--force", "--format", "table"));
            theirs.Add(MeasuredProcess.Run("zstd", "-d", "-q", "-f", zst, "-o", restored));
        }

        table.Add(BenchRow.Faster("AlexNet-shaped: unpack against zstd -d", Median(ours), Median(theirs), "s", 1, FormattableString.Invariant($"zstd -9: {new FileInfo(unpacked).Length / (double)new FileInfo(zst).Length:0.0}x; both replace a file; the tool is {(MeasuredProcess.ToolIsCompiled ? "compiled ahead of time" : "compiled while it runs")}")));
        double peak = ours.Max(run => run.PeakBytes);
        double denseBytes = new FileInfo(unpacked).Length;
        table.Add(new BenchRow("AlexNet-shaped: peak memory of unpack by the model", peak, "bytes", denseBytes, denseBytes / peak, "at most 3x the model", peak <= 3 * denseBytes));
    }

    /// <summary>How centroids are found; without an initialization as the tool does.</summary>
    private sealed record Sharing(string Name, string? Initialization, int MaxIterations, double[] EntropyPenalties)
    {
        public string ToRecipe() => JsonSerializer.Serialize(
            new
            {
                coder = "huffman",
                byWeight = AlexNetModel.Layers.Index().ToDictionary(layer => layer.Item.Name + ".weight", layer => new
                {
                    sparsity = 1 - layer.Item.Density,
                    bits = layer.Item.Bits,
                    initialization = Initialization,
                    maxIterations = MaxIterations,
                    entropyPenalty = EntropyPenalties.ElementAtOrDefault(layer.Index),
                }),
            },
            _json);
    }

    private static double Median(List<MeasuredProcess> runs) => Stopwatches.Median([.. runs.Select(run => run.Seconds)]);
}
