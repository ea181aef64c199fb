using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.Cli.Commands;

/// <summary>The options that say what a model is fed with, shared by the commands that run models.</summary>
internal sealed class InputOptions
{
    private readonly Option<string[]> _files = new("--inputs")
    {
        Description = "What the models are run on: a .npy, .npz or ONNX test .pb file, or a folder of them; may be repeated",
        HelpName = "FILE",
    };

    private readonly Option<KeyValuePair<string, ImmutableArray<long>>[]> _shapes = new("--shape")
    {
        Description = "The shape of random inputs, where the model leaves dimensions open; may be repeated",
        HelpName = "NAME=1x3x48x320",
        CustomParser = ParseShapes,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<int> _seed = new("--seed") { Description = "The seed of random inputs", HelpName = "N", DefaultValueFactory = _ => 1 };

    private readonly Option<int> _samples = new("--samples") { Description = "How many random inputs", HelpName = "N", DefaultValueFactory = _ => 4 };

    public void AddTo(Command command)
    {
        _samples.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out int count) && count < 1)
                result.AddError("--samples must be at least 1.");
        });
        command.Options.Add(_files);
        command.Options.Add(_shapes);
        command.Options.Add(_seed);
        command.Options.Add(_samples);
    }

    /// <summary>What the user chose.</summary>
    public InputChoice Read(ParseResult result) => new()
    {
        Files = result.GetValue(_files) ?? [],
        Random = new RandomInputOptions
        {
            Seed = result.GetValue(_seed),
            Count = result.GetValue(_samples),
            Shapes = (result.GetValue(_shapes) ?? []).ToImmutableDictionary(),
        },
    };

    private static KeyValuePair<string, ImmutableArray<long>>[] ParseShapes(ArgumentResult result)
    {
        var shapes = new Dictionary<string, ImmutableArray<long>>();
        foreach (Token token in result.Tokens)
        {
            int equals = token.Value.LastIndexOf('=');
            string[] parts = token.Value[(equals + 1)..].Split('x');
            var dimensions = new List<long>();
            foreach (string part in parts)
            {
                if (long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long dimension) && dimension > 0)
                    dimensions.Add(dimension);
            }

            if (equals <= 0 || dimensions.Count != parts.Length)
            {
                result.AddError($"\"{token.Value}\" is not a shape; write NAME=1x3x48x320.");
                return [];
            }

            shapes[token.Value[..equals]] = [.. dimensions];
        }

        return [.. shapes];
    }
}
