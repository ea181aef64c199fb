using System.Text.Json;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;

namespace DeepCompression.Benchmarks.Compress;

/// <summary>Sizes of a network of AlexNet's shape, and whole runs of the tool against gzip and zstd on the same files, in turn.</summary>
internal static class AlexNetRows
{
    private const int Rounds = 3;

    // Centroids that start evenly spaced (Han et al. 2016, section 3.2) and move a little leave the codes of small weights
    // frequent, which entropy coding rewards. Moved until nothing changes, they cost about a tenth more bytes.
    private const int Iterations = 20;

    public static void AddTo(BenchTable table)
    {
        string dense = BenchFiles.Scratch("alexnet/dense.onnx");
        string recipe = BenchFiles.Scratch("alexnet/recipe.json");
        string packed = BenchFiles.Scratch("alexnet/packed.onnx");
        string portable = BenchFiles.Scratch("alexnet/portable.onnx");
        string unpacked = BenchFiles.Scratch("alexnet/unpacked.onnx");
        if (!File.Exists(dense))
            AlexNetModel.Create().Save(dense, new SaveOptions { Overwrite = true });
        File.WriteAllText(recipe, JsonSerializer.Serialize(new
        {
            coder = "huffman",
            byWeight = AlexNetModel.Layers.ToDictionary(layer => layer.Name + ".weight", layer => new { sparsity = 1 - layer.Density, bits = layer.Bits, initialization = "linear", maxIterations = Iterations }),
        }));
        double denseBytes = new FileInfo(dense).Length;

        // Compressing against gzip -6 on the same file.
        List<MeasuredProcess> ours = [], theirs = [];
        for (int round = 0; round < Rounds; round++)
        {
            ours.Add(MeasuredProcess.Tool("compress", dense, "-o", packed, "--recipe", recipe, "--no-verify", "--force", "--quiet"));
            theirs.Add(MeasuredProcess.Run("sh", "-c", $"gzip -6 -c '{dense}' > '{dense}.gz'"));
        }

        double bytes = new FileInfo(packed).Length;
        table.Add(new BenchRow("AlexNet-shaped: dense by packed file", bytes, "bytes", denseBytes, denseBytes / bytes, "ratio >= 33", denseBytes / bytes >= 33, $"Huffman, k-means from a linear start, {Iterations} iterations; Han et al. 2016: 35x"));
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

    private static double Median(List<MeasuredProcess> runs) => Stopwatches.Median([.. runs.Select(run => run.Seconds)]);
}
