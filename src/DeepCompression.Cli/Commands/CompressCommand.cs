using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DeepCompression.Cli.Output;
using DeepCompression.Cli.Recipes;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.Cli.Commands;

/// <summary><c>deepcompress compress</c>: makes a model smaller.</summary>
internal static class CompressCommand
{
    public static Command Create(CommandConsole console)
    {
        Argument<string> input = CommonOptions.Model("IN.onnx", "The model to compress");
        Option<string> output = CommonOptions.Output();
        Option<ModelForm?> form = new("--form") { Description = "packed: the smallest; portable: runs on every ONNX runtime; standard: no node of ours. Default: packed", HelpName = "packed|portable|standard" };
        Option<bool> lossless = new("--lossless") { Description = "Change no value: code the zeros and shared values that are there already" };
        Option<double?> sparsity = CommonOptions.Share("--sparsity", "Zeros by elements after pruning, for every weight");
        Option<int?> bits = new("--bits") { Description = "Bits a weight after sharing, 1 to 8, for every weight", HelpName = "1..8" };
        Option<double?> penalty = CommonOptions.EntropyPenalty("With --bits: what a bit of code is worth, as squared error by the variance of the weight. More makes codes smaller and errors larger; 0.0001 to 0.01 are usual. Default: 0");
        Option<EntropyCoder?> coder = new("--coder") { Description = "The entropy coder of the packed form. Default: auto", HelpName = "huffman|range|auto" };
        Option<StandardKind?> standard = new("--standard") { Description = "What the standard form stores; default: the smallest within the error budget", HelpName = "sparseInitializer|float16|int8|int4|matMulNBits|staticInt8|lowRank" };
        Option<CalibrationMethod?> calibration = new("--calibration") { Description = "How --standard staticInt8 finds the ranges of activations from the inputs. Default: minMax", HelpName = "minMax|percentile|entropy" };
        Option<double?> percentile = CommonOptions.Share("--percentile", "The share of values that --calibration percentile covers; default 99.99%");
        Option<SaliencyKind?> saliency = new("--saliency") { Description = "What is pruned first: the smallest magnitude, or magnitude x norm of the input over the inputs (Wanda). Default: magnitude", HelpName = "magnitude|inputNorm" };
        Option<double?> maxError = CommonOptions.Share("--max-error", "The relative error of the outputs that is allowed; default 1%");
        Option<Preset?> preset = new("--preset") { Description = "accurate: 0.2% error; balanced: 1%; small: 5%", HelpName = "accurate|balanced|small" };
        Option<string?> recipe = new("--recipe") { Description = "A JSON file that says all this and more (docs/recipe.schema.json); flags win over it", HelpName = "FILE" };
        Option<string?> saveRecipe = new("--save-recipe") { Description = "Write what was done as a recipe", HelpName = "FILE" };
        Option<bool> noVerify = new("--no-verify") { Description = "Do not run the models to compare their outputs, where --sparsity, --bits or a recipe say what to do" };
        Option<bool> force = CommonOptions.Force();
        var format = new FormatOptions();
        Option<bool> quiet = CommonOptions.Quiet();
        var inputs = new InputOptions();
        bits.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out int value) && value is < 1 or > 8)
                result.AddError($"--bits must be from 1 to 8, not {value}.");
        });
        sparsity.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.Tokens.Count > 0 && TryRead(result) is > 1)
                result.AddError("--sparsity must be from 0 to 1.");
        });

        var command = new Command("compress", "Make a model smaller.") { input, output, form, lossless, sparsity, saliency, bits, penalty, coder, standard, calibration, percentile, maxError, preset, recipe, saveRecipe, noVerify };
        inputs.AddTo(command);
        command.Options.Add(force);
        format.AddTo(command);
        command.Options.Add(quiet);
        command.SetAction(result =>
        {
            console.IsQuiet = result.GetValue(quiet);
            Recipe merged = Merge(result);
            InputChoice chosen = inputs.Read(result);
            return new CompressRun(console, merged, WithRecipe(chosen, merged))
            {
                Input = result.GetValue(input)!,
                Output = result.GetValue(output)!,
                Force = result.GetValue(force),
                Json = format.Read(result, console) == OutputFormat.Json,
                Verifies = !result.GetValue(noVerify) && merged.Verify != false,
                SaveRecipe = result.GetValue(saveRecipe),
            }.Run();
        });
        CommandLine.AddExamples(command, """
            Examples:
              deepcompress compress model.onnx -o small.onnx
              deepcompress compress model.onnx -o small.onnx --inputs samples/ --max-error 0.5%
              deepcompress compress model.onnx -o small.onnx --form portable --preset small
              deepcompress compress model.onnx -o small.onnx --sparsity 0.9 --bits 5
              deepcompress compress model.onnx -o small.onnx --sparsity 0.9 --bits 8 --entropy-penalty 0.002
              deepcompress compress model.onnx -o small.onnx --sparsity 0.6 --saliency inputNorm --inputs samples.npz
              deepcompress compress model.onnx -o int8.onnx --form standard --standard staticInt8 --inputs samples/ --calibration entropy
              deepcompress compress pruned.onnx -o small.onnx --lossless --coder range

            Without --lossless, --sparsity, --bits or a recipe that names weights, sparsity and bits are chosen
            for every weight by running the model, so that its outputs stay within the error that is allowed.
            """);
        return command;

        Recipe Merge(ParseResult result)
        {
            Recipe read = result.GetValue(recipe) is { } file ? Recipe.Read(file) : new Recipe();
            double? s = result.GetValue(sparsity);
            int? b = result.GetValue(bits);
            double? p = result.GetValue(penalty);
            WeightRecipe? weights = s is null && b is null && p is null ? read.Default : (read.Default ?? new WeightRecipe()) with
            {
                Sparsity = s ?? read.Default?.Sparsity,
                Bits = b ?? read.Default?.Bits,
                EntropyPenalty = p ?? read.Default?.EntropyPenalty,
            };
            Recipe all = read with
            {
                Form = result.GetValue(form) ?? read.Form,
                Lossless = result.GetValue(lossless) ? true : read.Lossless,
                Coder = result.GetValue(coder) ?? read.Coder,
                MaxError = result.GetValue(maxError) ?? (result.GetValue(preset) is null ? read.MaxError : null),
                Preset = result.GetValue(preset) ?? read.Preset,
                Default = weights,
                Saliency = result.GetValue(saliency) ?? read.Saliency,
                Verify = result.GetValue(noVerify) ? false : read.Verify,
                Standard = MergeStandard(result, read.Standard),
            };
            if (all.Lossless == true && (s is not null || b is not null))
                throw new UsageException("--lossless changes no value, --sparsity and --bits do: give one or the other.");
            if (p is not null && weights!.Bits is null)
                throw new UsageException("--entropy-penalty is for weights that share centroids: say how many bits by --bits.");
            if (all.Form == ModelForm.Standard && (s is not null || b is not null) && all.Standard?.Kind is null)
                throw new UsageException("--form standard with --sparsity or --bits needs --standard, what to store the result as.");
            if (all.Standard?.Kind != StandardKind.StaticInt8 && (all.Standard?.Calibration is not null || all.Standard?.Percentile is not null))
                throw new UsageException("--calibration and --percentile are for --standard staticInt8.");
            return all;
        }

        StandardRecipe? MergeStandard(ParseResult result, StandardRecipe? read)
        {
            (StandardKind? kind, CalibrationMethod? method, double? share) = (result.GetValue(standard), result.GetValue(calibration), result.GetValue(percentile));
            if (kind is null && method is null && share is null)
                return read;
            read ??= new StandardRecipe();
            return read with
            {
                Kind = kind ?? read.Kind,
                Calibration = method ?? (share is null ? read.Calibration : CalibrationMethod.Percentile),
                Percentile = share ?? read.Percentile,
            };
        }
    }

    // A value that did not parse has its own message already; asking for it again would throw.
    private static double? TryRead(OptionResult result)
    {
        string text = result.Tokens[0].Value;
        double unit = text.EndsWith('%') ? 0.01 : 1;
        return double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value * unit : null;
    }

    private static InputChoice WithRecipe(InputChoice flags, Recipe recipe) => new()
    {
        Files = flags.Files.Count > 0 ? flags.Files : recipe.Inputs ?? [],
        Random = flags.Random with
        {
            Seed = flags.Random.Seed != 1 ? flags.Random.Seed : recipe.Seed ?? 1,
            Count = recipe.Samples is { } count && flags.Random.Count == new RandomInputOptions().Count ? count : flags.Random.Count,
            Shapes = flags.Random.Shapes.Count > 0 || recipe.Shapes is null ? flags.Random.Shapes
                : recipe.Shapes.ToImmutableDictionary(p => p.Key, p => p.Value.ToImmutableArray()),
        },
    };
}
