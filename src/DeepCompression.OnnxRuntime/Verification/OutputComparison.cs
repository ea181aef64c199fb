namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>How far one output of a model is from that of another, over all samples.</summary>
public sealed record OutputComparison
{
    /// <summary>The output's name.</summary>
    public required string Name { get; init; }

    /// <summary>Elements compared, over all samples.</summary>
    public required long Elements { get; init; }

    /// <summary>Whether every element is equal bit for bit.</summary>
    public required bool Identical { get; init; }

    /// <summary>The largest absolute difference; infinite where one of a pair is not finite and the other is another value.</summary>
    public required double MaxDifference { get; init; }

    /// <summary>The mean absolute difference.</summary>
    public required double MeanDifference { get; init; }

    /// <summary>The norm of the difference divided by the norm of the original output: sqrt(sum (a - b)^2 / sum a^2); 0.01 is one percent.</summary>
    public required double RelativeError { get; init; }

    /// <summary>The cosine of the angle between the outputs, 1 for the same direction.</summary>
    public required double Cosine { get; init; }

    /// <summary>The share of rows whose largest element is at the same place (0..1); null where the output has no axis of classes.</summary>
    public required double? Top1Agreement { get; init; }

    /// <summary>Rows over which <see cref="Top1Agreement"/> was counted.</summary>
    public required long Top1Rows { get; init; }
}
