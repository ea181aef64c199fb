using System.Collections.Immutable;
using DeepCompression.ExecutionProvider;
using DeepCompression.OnnxRuntime;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Scoring;

/// <summary>
/// A model's sessions, each made when it is first needed, and the columns that its inputs and outputs are bound to. Single rows have
/// a session whose runs take all threads; batches, where several run at a time, one whose runs take a thread each.
/// </summary>
/// <param name="binding">The columns.</param>
/// <param name="parallelism">Runs of batches at a time.</param>
/// <param name="createSession">Makes a session; told whether it is for batches, and the least expected speed at which operators compute on compressed weights, null for the default.</param>
internal sealed class ScoringModel(ModelBinding binding, int parallelism, Func<bool, double?, ScoringSession> createSession) : IDisposable
{
    private const double Never = 1e9; // no operator is expected to be that fast

    private readonly RunOptions _runOptions = new();
    private readonly Lock _gate = new();
    private volatile ScoringSession? _rows;
    private volatile ScoringSession? _batches;
    private bool _disposed;

    public ImmutableArray<TensorBinding> Inputs => binding.Inputs;

    public ImmutableArray<TensorBinding> Outputs => binding.Outputs;

    public PredictedLabel? PredictedLabel => binding.PredictedLabel;

    /// <summary>Whether several rows can be scored by one run.</summary>
    public bool IsBatchable => binding.IsBatchable;

    /// <summary>Runs of batches at a time.</summary>
    public int Parallelism => parallelism;

    /// <summary>What the execution provider does in the session that was made last, or null.</summary>
    public DeepCompressionReport? Execution { get; private set; }

    /// <summary>The session for batches, or for single rows.</summary>
    /// <param name="forBatches">Whether it is for batches.</param>
    /// <param name="trial">Runs a session on a batch, to see which is faster where there is a choice; null to make one without.</param>
    /// <exception cref="ObjectDisposedException">The model has been disposed of.</exception>
    public InferenceSession GetSession(bool forBatches, Action<InferenceSession>? trial)
    {
        if ((forBatches ? _batches : _rows) is { } session)
            return session.Session;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if ((forBatches ? _batches : _rows) is { } made)
                return made.Session;
            ScoringSession? other = parallelism > 1 ? null : _batches ?? _rows;
            made = other is { HasChoice: false } ? other : createSession(forBatches, null);
            if (made != other && trial is not null && made.HasChoice)
                made = SessionTrial.Fastest(made, new double[] { 0, Never }.Select(speedup => (Func<ScoringSession>)(() => createSession(forBatches, speedup))), trial);
            NativeHeap.Trim();
            Execution = made.Report;
            return (forBatches ? _batches = made : _rows = made).Session;
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
            if (_batches != _rows)
                _batches?.Dispose();
            (_rows, _batches) = (null, null);
            _runOptions.Dispose();
        }
    }
}
