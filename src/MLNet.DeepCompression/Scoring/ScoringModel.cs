using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Scoring;

/// <summary>
/// A model's sessions, each made when it is first needed, and the columns that its inputs and outputs are bound to. Single rows have
/// a session whose runs take all threads; batches, where several run at a time, one whose runs take a thread each.
/// </summary>
/// <param name="binding">The columns.</param>
/// <param name="parallelism">Runs of batches at a time.</param>
/// <param name="createSession">Makes a session; told whether its runs take one thread.</param>
internal sealed class ScoringModel(ModelBinding binding, int parallelism, Func<bool, InferenceSession> createSession) : IDisposable
{
    private readonly RunOptions _runOptions = new();
    private readonly Lock _gate = new();
    private volatile InferenceSession? _rows;
    private volatile InferenceSession? _batches;
    private bool _disposed;

    public ImmutableArray<TensorBinding> Inputs => binding.Inputs;

    public ImmutableArray<TensorBinding> Outputs => binding.Outputs;

    public PredictedLabel? PredictedLabel => binding.PredictedLabel;

    /// <summary>Whether several rows can be scored by one run.</summary>
    public bool IsBatchable => binding.IsBatchable;

    /// <summary>Runs of batches at a time.</summary>
    public int Parallelism => parallelism;

    /// <summary>The session for batches, or for single rows.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed of.</exception>
    public InferenceSession GetSession(bool forBatches)
    {
        bool hasOneThread = forBatches && parallelism > 1;
        if ((hasOneThread ? _batches : _rows) is { } session)
            return session;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if ((hasOneThread ? _batches : _rows) is { } made)
                return made;
            made = createSession(hasOneThread);
            NativeHeap.Trim();
            return hasOneThread ? _batches = made : _rows = made;
        }
    }

    /// <summary>Runs one of the model's sessions; the caller disposes what it returns. Runs may be concurrent.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(InferenceSession session, IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string> outputNames) =>
        session.Run(_runOptions, inputNames, inputs, outputNames);

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _rows?.Dispose();
            _batches?.Dispose();
            (_rows, _batches) = (null, null);
            _runOptions.Dispose();
        }
    }
}
