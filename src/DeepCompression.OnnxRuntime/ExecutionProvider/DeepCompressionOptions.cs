namespace DeepCompression.OnnxRuntime;

/// <summary>How <see cref="SessionOptionsExtensions.AppendDeepCompression"/> sets the execution provider up.</summary>
public sealed record DeepCompressionOptions
{
    /// <summary>Threads that share one operator; null for the session's <c>IntraOpNumThreads</c>, or one a processor where that is 0.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Measures operators whose speed is close to that of the dense ones when the session is created, instead of estimating them.
    /// Sessions take longer to create. Default: false.
    /// </summary>
    public bool Autotune { get; init; }

    /// <summary>The vector width of kernels: <c>scalar</c>, <c>128</c>, <c>256</c> or <c>512</c>; null for the widest that the machine has.</summary>
    public string? Kernel { get; init; }

    /// <summary>
    /// The least expected speed of an operator against the dense one at which it is claimed; 0 claims all for which there is a
    /// kernel: least memory, whatever the speed. Null, the default, for a little above 1.
    /// </summary>
    public double? MinimumSpeedup { get; init; }

    /// <summary>
    /// Samples that a run is expected to have, where the model leaves the first dimension open; null, the default, for one or few. From 16
    /// on, convolutions, pooling and fully connected layers that follow one another are computed as one, each lane of a register being a
    /// sample: small models gain most. Runs of any other size stay correct, and of fewer than 16 take as long as one of 16.
    /// </summary>
    public int? Batch { get; init; }

    /// <summary>
    /// Throws where the platform has no library for the execution provider. Default: false, which leaves the session as it is: models
    /// in the portable form then run inlined, and the report says why.
    /// </summary>
    public bool Required { get; init; }
}
