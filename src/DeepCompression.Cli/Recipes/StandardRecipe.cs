using DeepCompression.Onnx;

namespace DeepCompression.Cli.Recipes;

/// <summary>How weights are stored in the standard form.</summary>
internal sealed record StandardRecipe
{
    public StandardKind? Kind { get; init; }

    public QuantizationGranularity? Granularity { get; init; }

    public int? BlockSize { get; init; }

    /// <summary>Where activations are quantized too: how their ranges follow from the inputs.</summary>
    public CalibrationMethod? Calibration { get; init; }

    /// <summary>The share of values that the percentile covers.</summary>
    public double? Percentile { get; init; }

    public double? RankShare { get; init; }

    public StandardOptions ToOptions()
    {
        var defaults = new StandardOptions();
        try
        {
            return new StandardOptions
            {
                Kind = Kind ?? defaults.Kind,
                Granularity = Granularity ?? defaults.Granularity,
                BlockSize = BlockSize ?? defaults.BlockSize,
                RankShare = RankShare ?? defaults.RankShare,
            };
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0] + $" Found {e.ActualValue}.");
        }
    }
}
