namespace DeepCompression.Kernels;

/// <summary>The attributes of an ONNX LSTM or GRU with default activations.</summary>
public sealed record RecurrentGeometry
{
    /// <summary>The kind of layer.</summary>
    public required RecurrentKind Kind { get; init; }

    /// <summary>The order of steps.</summary>
    public RecurrentDirection Direction { get; init; }

    /// <summary>Inputs a step.</summary>
    public required int Inputs { get; init; }

    /// <summary>Hidden units a direction.</summary>
    public required int Hidden { get; init; }

    /// <summary>Bounds what goes into an activation to -clip .. clip; null leaves it as it is.</summary>
    public float? Clip { get; init; }

    /// <summary>GRU only: whether the recurrent product is taken before the reset gate is applied (ONNX linear_before_reset).</summary>
    public bool LinearBeforeReset { get; init; }

    /// <summary>2 where bidirectional, else 1.</summary>
    public int Directions => Direction == RecurrentDirection.Bidirectional ? 2 : 1;

    /// <summary>4 for LSTM, 3 for GRU.</summary>
    public int Gates => Kind == RecurrentKind.Lstm ? 4 : 3;
}
