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
}
