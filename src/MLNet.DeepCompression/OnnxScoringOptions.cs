using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression;

/// <summary>How a pipeline scores with an ONNX model.</summary>
public sealed record OnnxScoringOptions
{
    /// <summary>
    /// Shapes of inputs by tensor name, outermost dimension first, -1 for an open one; they take the place of what the
    /// model leaves open. A first dimension that is given fixes the batch. Null: as the model declares.
    /// </summary>
    public IReadOnlyDictionary<string, int[]>? Shapes { get; init; }

    /// <summary>
    /// Rows that are scored by one run, where the model leaves the first dimension of all inputs and outputs open.
    /// Null adapts the number to what is fastest. 1 for a model whose rows depend on each other.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int? BatchSize
    {
        get;
        init
        {
            if (value is int rows)
                ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1, nameof(BatchSize));
            field = value;
        }
    }

    /// <summary>
    /// Runs at a time while a data view is scored. Where it is more than 1, data views have a session of their own whose runs take one
    /// thread each: small models then use all cores, which they do not within one run. 1 leaves the threads to ONNX Runtime. Null,
    /// the default: one a processor where a run takes longer than waking a thread, or 1 where <see cref="CreateSessionOptions"/> is given
    /// or rows are scored one by one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int? Parallelism
    {
        get;
        init
        {
            if (value is int runs)
                ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1, nameof(Parallelism));
            field = value;
        }
    }

    /// <summary>
    /// Makes the options of the session: threads, execution providers, optimization. Called once for each session, which
    /// then owns what it returns. Null: ONNX Runtime's defaults.
    /// </summary>
    public Func<SessionOptions>? CreateSessionOptions { get; init; }

    /// <summary>
    /// Whether compressed weights run on the execution provider of this library, where the platform has it. Which of them do, so that it
    /// is fastest, is measured on the first batch of a data view that has 32 rows or more. Default: true.
    /// </summary>
    public bool UseExecutionProvider { get; init; } = true;
}
