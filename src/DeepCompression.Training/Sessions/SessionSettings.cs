namespace DeepCompression.Training;

/// <summary>How a <see cref="TrainingSession"/> trains.</summary>
public sealed record SessionSettings
{
    /// <summary>How weights follow their gradients. Stochastic gradient descent with momentum 0.9 by default.</summary>
    public Optimizer Optimizer { get; init; } = new Sgd();

    /// <summary>Threads of the runtime and of updates; 0, the default, for one a processor core.</summary>
    public int Threads
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>The largest Euclidean norm of all gradients together; larger ones are scaled down to it. Null, the default, for no limit.</summary>
    public float? MaxGradientNorm { get; init; }

    /// <summary>The seed of dropout masks. With the number of the step it determines them.</summary>
    public ulong Seed { get; init; }
}
