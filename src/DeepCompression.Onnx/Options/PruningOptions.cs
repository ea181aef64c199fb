namespace DeepCompression.Onnx;

/// <summary>How a weight is pruned.</summary>
public sealed record PruningOptions
{
    /// <summary>Which elements go. Default: a share of each weight.</summary>
    public PruningMethod Method { get; init; }

    /// <summary>Zeros by elements, 0..1. Default 0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1.</exception>
    public double Sparsity
    {
        get;
        init
        {
            if (!(value >= 0 && value <= 1))
                throw new ArgumentOutOfRangeException(nameof(value), value, "A sparsity is from 0 to 1.");
            field = value;
        }
    } = 0.5;

    /// <summary>Standard deviations, at least 0. Default 1.</summary>
    public double Quality { get; init; } = 1;

    /// <summary>The lowest magnitude that is kept. Default 0: nothing is pruned.</summary>
    public float Threshold { get; init; }

    /// <summary>N of N:M sparsity. Default 2.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>M of N:M sparsity. Default 4.</summary>
    public int Of { get; init; } = 4;

    /// <summary>Rows a block. Default 4.</summary>
    public int BlockRows { get; init; } = 4;

    /// <summary>Columns a block. Default 4.</summary>
    public int BlockColumns { get; init; } = 4;
}
