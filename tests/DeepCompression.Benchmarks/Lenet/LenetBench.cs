using System.Diagnostics;
using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;
using DeepCompression.Training.Data;
using Google.Protobuf;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// The results of Han et al. 2016 on the LeNets, from nothing: trains, prunes, shares and packs. Without a word behind the name it measures
/// every part that has not been measured; <c>fresh</c> forgets what was. Words choose parts, which are measured again:
/// <c>lenet-300-100</c>, <c>lenet-5</c>, <c>fashion-300-100</c>, <c>fashion-5</c>, <c>figures</c>, <c>dsd-lenet-5</c>, <c>dsd-resnet</c>, <c>dsd-lstm</c>, <c>distillation-tiny-darknet</c>, <c>distillation-squeezenet</c>. A run that
/// was stopped goes on where it stopped. The table always holds all parts that are measured.
/// <c>seed=N</c> runs one seed alone, and <c>validation</c> trains without 5,000 samples of the training set, others with each seed, and
/// measures on those, as the recipes were chosen: neither is kept.
/// </summary>
public sealed class LenetBench : IBench
{
    private static readonly string[] _parts = ["lenet-300-100", "lenet-5", "fashion-300-100", "fashion-5", "figures", "dsd-lenet-5", "dsd-resnet", "dsd-lstm", "distillation-tiny-darknet", "distillation-squeezenet"];

    /// <inheritdoc/>
    public string Name => "lenet";

    /// <inheritdoc/>
    public void Run(BenchTable table, IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(table);
        bool validates = arguments.Contains("validation"), isFresh = arguments.Contains("fresh");
        int[] seeds = [.. arguments.Where(a => a.StartsWith("seed=", StringComparison.Ordinal)).Select(ParseSeed)];
        bool keeps = seeds.Length == 0 && !validates;
        seeds = seeds.Length > 0 ? seeds : [1, 2, 3];
        string[] wanted = [.. arguments.Where(_parts.Contains)];
        if (arguments.FirstOrDefault(a => !_parts.Contains(a) && a is not ("validation" or "fresh") && !a.StartsWith("seed=", StringComparison.Ordinal)) is string unknown)
            throw new ArgumentException($"'{unknown}' is no part of this benchmark; there are {string.Join(", ", _parts)}, fresh, validation and seed=N.", nameof(arguments));
        if (isFresh)
        {
            RowStore.Clear();
            StageFolder.Clear();
        }

        foreach (string part in _parts)
        {
            bool isWanted = wanted.Contains(part) || (wanted.Length == 0 && (!keeps || RowStore.Load(part) is null));
            if (isWanted)
                Measure(table, part, seeds, validates, keeps);
            else if (keeps && RowStore.Load(part) is { } kept)
                Show(table, part, kept);
        }

        if (keeps && _parts.Select(RowStore.Load).ToArray() is { } all && all.All(kept => kept is not null))
            table.Add(new BenchRow("all parts of this table from nothing", all.Sum(kept => kept!.Seconds) / 60, "minutes", Note: Invariant($"on {Environment.ProcessorCount} cores")));
    }

    private static void Measure(BenchTable table, string part, int[] seeds, bool validates, bool keeps)
    {
        long start = Stopwatch.GetTimestamp();
        int before = table.Rows.Count;
        switch (part)
        {
            case "lenet-300-100": Compress(table, Recipes.LeNet300100, LenetData.Mnist(), seeds, validates, PaperLayer.LeNet300100, 80, 1.64, 40, 1.58); break;
            case "lenet-5": Compress(table, Recipes.LeNet5, LenetData.Mnist(), seeds, validates, PaperLayer.LeNet5, 120, 0.80, 39, 0.74); break;
            case "fashion-300-100": Compress(table, Recipes.Fashion300100, LenetData.FashionMnist(), seeds, validates, PaperLayer.LeNet300100, null, null, null, null); break;
            case "fashion-5": Compress(table, Recipes.Fashion5, LenetData.FashionMnist(), seeds, validates, PaperLayer.LeNet5, null, null, null, null); break;
            case "figures": Figures.Run(table, seeds); break;
            case "distillation-tiny-darknet": DistillationRows.TinyDarknet(table, seeds); break;
            case "distillation-squeezenet": DistillationRows.SqueezeNet(table, seeds); break;
            case "dsd-lenet-5": DsdRows.LeNet5(table, seeds, validates); break;
            case "dsd-resnet": DsdRows.ResNet(table, seeds, validates); break;
            default: DsdRows.CharacterLstm(table, seeds, validates); break;
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (keeps && table.Rows.Count > before) // what was left out for want of data is measured when there is some
            RowStore.Save(part, table.Rows.Skip(before), seconds);
        Console.WriteLine(Invariant($"{part}: {seconds:F0} s"));
    }

    private static int ParseSeed(string argument) => int.TryParse(argument[5..], NumberStyles.None, CultureInfo.InvariantCulture, out int seed) && seed >= 1
        ? seed
        : throw new ArgumentException($"'{argument}': a seed is a whole number from 1.", nameof(argument));

    private static void Show(BenchTable table, string part, RowStore.Part kept)
    {
        Console.WriteLine(Invariant($"{part}: measured {kept.Measured} in {kept.Seconds:F0} s"));
        foreach (BenchRow row in kept.Rows)
            table.Add(row);
    }

    private static void Compress(BenchTable table, LenetRecipe recipe, LenetData data, int[] seeds, bool validates, IReadOnlyList<PaperLayer> paper, double? ratioBar, double? errorBar, double? paperRatio, double? paperError)
    {
        (IBatchSource Training, IBatchSource Test) Split(int seed) => validates ? data.HoldOut(seed) : (data.Whole, data.Test);
        StageFolder Folder(int seed) => new($"{recipe.Description}; {data.Name}, {Split(seed).Training.Count} samples", seed);
        LenetResult[] results = LenetRun.ForSeeds(seeds, seed => LenetRun.Run(recipe, Split(seed).Training, Split(seed).Test, seed, Folder(seed)));
        string name = $"{recipe.Network} {data.Name}{(validates ? " (validation)" : "")}";
        string how = $"seeds {string.Join(' ', seeds)}";
        foreach (LenetResult result in results)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} seed {result.Seed}: dense {result.DenseError:F2} %, pruned {result.PrunedError:F2} %, packed {result.Error:F2} % in {result.Bytes:N0} of {result.DenseBytes:N0} bytes, {result.Ratio:F1}x, {result.Seconds:F0} s"));

        table.Add(new BenchRow($"{name}, dense error", results.Average(r => r.DenseError), "%", Note: Spread(results, r => r.DenseError, how)));
        double denseError = results.Average(r => r.DenseError);
        double error = results.Average(r => r.Error);
        double bar = errorBar ?? denseError;
        table.Add(new BenchRow($"{name}, error of the packed file", error, "%", paperError, Bar: Invariant($"at most {bar:0.##}"), Holds: Math.Round(error, 2) <= Math.Round(bar, 2), Note: Spread(results, r => r.Error, how)));
        double ratio = results.Average(r => r.Ratio);
        table.Add(new BenchRow($"{name}, compression", ratio, "times", paperRatio, Bar: ratioBar is null ? null : Invariant($"at least {ratioBar}"), Holds: ratioBar is null ? null : ratio >= ratioBar, Note: Spread(results, r => r.Ratio, how)));
        table.Add(new BenchRow($"{name}, packed file", results.Average(r => r.Bytes), "bytes", Note: Invariant($"dense {results[0].DenseBytes:N0} bytes; nodes and names {results.Average(r => r.Compressed.Report.OtherBytes):N0} bytes of the packed file")));
        table.Add(new BenchRow($"{name}, time a seed", results.Average(r => r.Seconds), "s"));
        AddLayers(table, name, results, paper);
        Directory.CreateDirectory("artifacts/bench/lenet");
        string stem = $"artifacts/bench/lenet/{recipe.Network.ToLowerInvariant()}-{data.Name.ToLowerInvariant()}";
        File.WriteAllBytes(stem + ".onnx", results[0].Dense.ToByteArray());
        File.WriteAllBytes(stem + ".packed.onnx", results[0].Compressed.Model.ToBytes());
        foreach (int seed in seeds)
            Folder(seed).Delete(); // else the next measurement of the same recipe would find everything done
    }

    // Tables 2 and 3 of the paper, ours beside it.
    private static void AddLayers(BenchTable table, string name, LenetResult[] results, IReadOnlyList<PaperLayer> paper)
    {
        foreach (PaperLayer layer in paper)
        {
            WeightReport[] ours = [.. results.Select(result => result.Compressed.Report.Weights.First(weight => weight.Path == layer.Weight))];
            double density = 100 * ours.Average(weight => weight.Density);
            double bytes = ours.Average(weight => weight.FileBytes);
            double bits = ours.Average(weight => 8.0 * weight.FileBytes / Math.Max(1, weight.NonZeros));
            table.Add(new BenchRow($"{name}, {layer.Weight}, density", density, "%", layer.Density, Note: Invariant($"{ours[0].Shape}, {ours.Max(weight => weight.CodebookSize)} values; paper's column is Han et al. 2016, tables 2 and 3")));
            table.Add(new BenchRow($"{name}, {layer.Weight}, bits a non-zero", bits, "bits", layer.CodeBits + layer.IndexBits, Note: "code and position, with codebook and headers"));
            table.Add(new BenchRow($"{name}, {layer.Weight}, size", bytes, "bytes", ours[0].DenseBytes * layer.Rate / 100, Note: Invariant($"{100 * bytes / ours[0].DenseBytes:F2} % of the dense layer, paper {layer.Rate} %")));
        }
    }

    private static string Spread(LenetResult[] results, Func<LenetResult, double> figure, string how) => $"{how}: {new SeedSpread([.. results.Select(figure)]).ToText()}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
