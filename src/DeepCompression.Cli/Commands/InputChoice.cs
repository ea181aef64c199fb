using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.Cli.Commands;

/// <summary>What models are run on: files, or random numbers where there are none.</summary>
internal sealed record InputChoice
{
    public required IReadOnlyList<string> Files { get; init; }

    public required RandomInputOptions Random { get; init; }

    public bool IsRandom => Files.Count == 0;

    /// <summary>Makes the samples for a model.</summary>
    public IReadOnlyList<InputSample> Samples(OnnxModel model, ModelRunner runner)
    {
        if (!IsRandom)
            return [.. Files.SelectMany(InputFiles.Read)];
        try
        {
            return RandomInputs.Create(runner.Inputs, Random with { IntegerLimits = IndexLimits.Find(model.Proto) });
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0]);
        }
    }

    /// <summary>Says what the figures rest on where no inputs were given.</summary>
    public void WarnIfRandom(CommandConsole console)
    {
        if (IsRandom)
            console.Warn($"measured on {Random.Count} random inputs (seed {Random.Seed}), not on your data; give --inputs FILE for figures that count.");
    }
}
