namespace DeepCompression.Onnx;

/// <summary>How weights are stored in the standard form.</summary>
public sealed record StandardOptions
{
    /// <summary>The representation. Default: <see cref="StandardKind.SparseInitializer"/>, which changes no value.</summary>
    public StandardKind Kind { get; init; }

    /// <summary>How many elements share a scale, for the integer kinds. Default: a channel.</summary>
    public QuantizationGranularity Granularity { get; init; } = QuantizationGranularity.Channel;

    /// <summary>Elements that share a scale where <see cref="Granularity"/> is blocked, and of <see cref="StandardKind.MatMulNBits"/>: a power of two of at least 16. Default 32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No power of two, or less than 16.</exception>
    public int BlockSize
    {
        get;
        init
        {
            if (value < 16 || (value & (value - 1)) != 0)
                throw new ArgumentOutOfRangeException(nameof(value), value, "A block is a power of two of at least 16.");
            field = value;
        }
    } = 32;

    /// <summary>Bytes of the factors of <see cref="StandardKind.LowRank"/> by bytes of the weight, above 0. Default 0.25.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0, or more than 1.</exception>
    public double RankShare
    {
        get;
        init
        {
            if (!(value > 0 && value <= 1))
                throw new ArgumentOutOfRangeException(nameof(value), value, "A share of a rank is above 0 and at most 1.");
            field = value;
        }
    } = 0.25;

    /// <summary>The range of every activation that <see cref="StandardKind.StaticInt8"/> quantizes, by name: see <see cref="Calibrator"/>. Default: none.</summary>
    public IReadOnlyDictionary<string, ActivationRange> ActivationRanges { get; init; } = new Dictionary<string, ActivationRange>();
}
