using DeepCompression.Cli.Output;
using DeepCompression.Cli.Recipes;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Budget;
using DeepCompression.OnnxRuntime.Calibration;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.Cli.Commands;

/// <summary>One run of <c>deepcompress compress</c>.</summary>
internal sealed class CompressRun(CommandConsole console, Recipe recipe, InputChoice inputs)
{
    public required string Input { get; init; }

    public required string Output { get; init; }

    public required bool Force { get; init; }

    public required bool Json { get; init; }

    public required bool Verifies { get; init; }

    public required string? SaveRecipe { get; init; }

    private bool AsksByName => recipe.Lossless == true || recipe.NamesWeights;

    private bool IsLimited => recipe.MaxError is not null || recipe.Preset is not null;

    public int Run()
    {
        CommonOptions.CheckOutput(Input, Output, Force);
        if (SaveRecipe is { } recipeFile && !Force && File.Exists(recipeFile))
            throw new IOException($"{recipeFile}: exists already; use --force to replace it.");
        double maxError = recipe.MaxError ?? (recipe.Preset ?? Preset.Balanced) switch { Preset.Accurate => 0.002, Preset.Small => 0.05, _ => 0.01 };

        if (recipe.Saliency == SaliencyKind.InputNorm && !recipe.NamesWeights)
            throw new UsageException("The saliency inputNorm is for pruning: say how much by --sparsity or a recipe.");
        if (recipe.Standard?.Kind is not null && recipe.Form != ModelForm.Standard)
            throw new UsageException("What to store in the standard form was given without --form standard.");
        OnnxModel model = CommonOptions.Load(Input);
        BudgetCompression compression = AsksByName
            ? AsTold(model)
            : WithinBudget(model, maxError);
        // What was asked for by name is written whatever it does to the outputs, unless a limit was asked for too.
        bool hasLimit = IsLimited || !AsksByName;
        bool holds = compression.Verification.RelativeError <= maxError || !hasLimit;
        if (holds)
        {
            compression.Result.Model.Save(Output, new SaveOptions { Overwrite = Force });
            Save(compression.Options);
        }

        var figures = new CompressFigures(Input, Output, recipe.Form ?? ModelForm.Packed, compression, hasLimit ? maxError : null, holds);
        if (Json)
            console.WriteLine(figures.ToJson());
        else
            figures.Write(console);
        if (!holds)
            console.Error.WriteLine($"deepcompress: {Output}: not written: the outputs differ by {Figures.SmallPercent(compression.Verification.RelativeError)}, {Figures.SmallPercent(maxError)} is allowed.");
        return holds ? ExitCode.Success : ExitCode.Failed;
    }

    private BudgetCompression WithinBudget(OnnxModel model, double maxError)
    {
        (string[] names, IReadOnlyList<InputSample> samples) = Samples(model);
        inputs.WarnIfRandom(console);
        PackingOptions? packing = recipe.Coder is { } coder ? new PackingOptions { Coder = coder } : null;
        BudgetOptions budget = new() { MaxError = maxError };
        return console.WithProgress("Measuring and compressing", progress =>
            BudgetCompressor.Compress(model, names, samples, recipe.Form ?? ModelForm.Packed, budget, packing, progress));
    }

    private BudgetCompression AsTold(OnnxModel model)
    {
        CompressionOptions options = Calibrated(model, recipe.ToOptions());
        CompressionResult result = console.WithProgress("Compressing", progress => Compress(model, options, progress));
        ThrowIfNotFinite(model, result);
        bool changesValues = !options.Lossless && (options.Form == ModelForm.Standard
            || new[] { options.Default }.Concat(options.ByOperator.Values).Concat(options.ByWeight.Values).Any(o => o is { IsLossless: false }));
        if (!changesValues || !Verifies)
            return new BudgetCompression(result, options, [], new VerificationReport(0, [], []), 0);

        using ModelRunner original = OpenToVerify(model);
        try
        {
            IReadOnlyList<InputSample> samples = Samples(model, original).Samples;
            inputs.WarnIfRandom(console);
            VerificationReport verification = console.WithProgress("Comparing outputs", progress =>
                ModelVerifier.Verify(() => ModelRunner.Open(model), () => ModelRunner.Open(result.Model), _ => samples, (done, all) => progress((double)done / all)));
            return new BudgetCompression(result, options, [], verification, 2 * samples.Count);
        }
        catch (Exception e) when (!IsLimited && e is InvalidDataException or NotSupportedException)
        {
            console.Warn($"the outputs were not compared: {e.Message.ReplaceLineEndings(" ")}");
            return new BudgetCompression(result, options, [], new VerificationReport(0, [], []), 0);
        }
    }

    // What needs the model to be run on its inputs first: norms of what weights are fed with, and ranges of activations.
    private CompressionOptions Calibrated(OnnxModel model, CompressionOptions options)
    {
        bool needsNorms = recipe.Saliency == SaliencyKind.InputNorm;
        bool needsRanges = options.Form == ModelForm.Standard && options.Standard.Kind == StandardKind.StaticInt8;
        if (!needsNorms && !needsRanges)
            return options;
        (_, IReadOnlyList<InputSample> samples) = Samples(model);
        inputs.WarnIfRandom(console);
        if (needsNorms)
        {
            using InputNormCollector collector = new(model);
            foreach (InputSample sample in samples)
                collector.Add(sample);
            options = options with { InputNorms = collector.GetNorms() };
        }

        if (!needsRanges)
            return options;
        Calibrator calibrator = recipe.Standard?.Percentile is { } share ? new Calibrator { Percentile = share } : new Calibrator();
        CalibrationRunner.Run(model, StaticQuantizationPass.ActivationsOf(model), _ => samples, calibrator);
        return options with { Standard = options.Standard with { ActivationRanges = calibrator.GetRanges(recipe.Standard?.Calibration ?? CalibrationMethod.MinMax) } };
    }

    // Asked for by name, a weight that can be neither pruned nor shared is an error; others keep their values and the table says so.
    private static void ThrowIfNotFinite(OnnxModel model, CompressionResult result)
    {
        foreach (PassNote note in result.Skipped.Where(note => note.Text.Contains("NaN", StringComparison.Ordinal) || note.Text.Contains("finite weights", StringComparison.Ordinal)))
            throw new InvalidDataException($"{model.Name}: weight '{note.Weight}': {note.Text.Split(" (Parameter")[0].TrimEnd('.')}; only --lossless codes it.");
    }

    private static CompressionResult Compress(OnnxModel model, CompressionOptions options, Action<double> progress)
    {
        try
        {
            return ModelCompressor.Compress(model, options with { Progress = new ProgressReporter(progress) });
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{model.Name}: {e.Message.Split(" (Parameter")[0]}");
        }
    }

    // A model that does not load is an error, one that does not run on random inputs is not.
    private static ModelRunner OpenToVerify(OnnxModel model)
    {
        try
        {
            return ModelRunner.Open(model);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{e.Message.TrimEnd('.')}; --no-verify compresses it without running it.", e);
        }
    }

    private (string[] Names, IReadOnlyList<InputSample> Samples) Samples(OnnxModel model)
    {
        using ModelRunner runner = ModelRunner.Open(model);
        return Samples(model, runner);
    }

    private (string[] Names, IReadOnlyList<InputSample> Samples) Samples(OnnxModel model, ModelRunner runner) =>
        ([.. runner.Inputs.Select(i => i.Name)], [.. inputs.Samples(model, runner).SelectMany(s => InputBinding.Bind(runner.Inputs, s))]);

    private void Save(CompressionOptions options)
    {
        if (SaveRecipe is null)
            return;
        string aside = SaveRecipe + ".partial";
        File.WriteAllText(aside, (recipe.With(options) with { Inputs = inputs.Files.Count == 0 ? null : [.. inputs.Files.Select(Path.GetFullPath)] }).ToJson() + "\n");
        File.Move(aside, SaveRecipe, Force);
    }
}
