namespace DeepCompression.Training;

/// <summary>What a model is trained for.</summary>
public sealed record TrainingOptions
{
    /// <summary>What training makes small. Softmax cross-entropy by default.</summary>
    public Loss Loss { get; init; } = Loss.SoftmaxCrossEntropy;

    /// <summary>Samples a step, at least 1; 64 by default. It replaces the unknown first dimension of every input.</summary>
    public int BatchSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }
    = 64;

    /// <summary>The output of the model that the loss reads; the first one by default.</summary>
    public string? Output { get; init; }

    /// <summary>The whole shapes of inputs whose shapes are not fixed in the model, batch included, by the input's name.</summary>
    public IReadOnlyDictionary<string, long[]> InputShapes { get; init; } = new Dictionary<string, long[]>();

    /// <summary>Says by name which weights are trained; the others are constants of the graph. All by default.</summary>
    public Func<string, bool> IsTrainable { get; init; } = static _ => true;

    /// <summary>
    /// Says by name what a weight is at the start: free; masked, and its zeros stay zero; or shared, and its distinct values, at most 256,
    /// are the centroids that move. All free by default. The session's weights can take another form at any time.
    /// </summary>
    public Func<string, WeightForm> Form { get; init; } = static _ => WeightForm.Free;

    /// <summary>
    /// Whether BatchNormalization normalizes by the batch and updates its running statistics, as in training from the start.
    /// Where it is false the statistics stay as they are. True by default.
    /// </summary>
    public bool NormalizeByBatch { get; init; } = true;
}
