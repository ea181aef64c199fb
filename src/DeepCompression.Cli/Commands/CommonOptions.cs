using System.CommandLine;
using System.Globalization;
using DeepCompression.Onnx;

namespace DeepCompression.Cli.Commands;

/// <summary>Arguments and options that look the same in every command.</summary>
internal static class CommonOptions
{
    public static Argument<string> Model(string name, string description) => new(name) { Description = description, HelpName = name };

    public static Option<string> Output() => new("--output", "-o") { Description = "The file to write", HelpName = "OUT.onnx", Required = true };

    public static Option<bool> Force() => new("--force", "-f") { Description = "Replace the output file if it exists" };

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "Print no notes and no progress" };

    /// <summary>An option that takes a share, as 0.01 or 1%.</summary>
    public static Option<double?> Share(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "0.01|1%",
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            bool isPercent = text.EndsWith('%');
            if (double.TryParse(isPercent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && value >= 0)
                return isPercent ? value / 100 : value;
            result.AddError($"{name} takes a number such as 0.01 or 1%, not \"{text}\".");
            return null;
        },
    };

    public static Option<double?> EntropyPenalty(string description) => new("--entropy-penalty")
    {
        Description = description,
        HelpName = "NUMBER",
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && value >= 0)
                return value;
            result.AddError($"--entropy-penalty takes a number of at least 0, not \"{text}\".");
            return null;
        },
    };

    /// <summary>Loads a model and checks what can be checked without reading its weights.</summary>
    public static OnnxModel Load(string path)
    {
        OnnxModel model = OnnxModel.Load(path);
        model.Validate();
        return model;
    }

    /// <summary>Refuses an output file that exists, before any work is done for it.</summary>
    public static void CheckOutput(string input, string output, bool force)
    {
        if (Directory.Exists(output))
            throw new IOException($"{output}: is a folder; name a file.");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(output))))
            throw new IOException($"{output}: its folder does not exist.");
        if (!force && File.Exists(output))
            throw new IOException($"{output}: exists already; use --force to replace it.");
        if (File.Exists(output) && Path.GetFullPath(input) == Path.GetFullPath(output))
            throw new IOException($"{output}: is the input itself; write to another file.");
    }
}
