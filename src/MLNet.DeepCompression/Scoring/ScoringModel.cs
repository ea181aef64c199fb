using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Scoring;

/// <summary>A session, made when it is first needed, and the columns that its inputs and outputs are bound to. Runs may be concurrent.</summary>
internal sealed class ScoringModel(ModelBinding binding, Func<InferenceSession> createSession) : IDisposable
{
    private readonly RunOptions _runOptions = new();
    private readonly Lock _gate = new();
    private volatile InferenceSession? _session;
    private bool _disposed;

    public ImmutableArray<TensorBinding> Inputs => binding.Inputs;

    public ImmutableArray<TensorBinding> Outputs => binding.Outputs;

    public PredictedLabel? PredictedLabel => binding.PredictedLabel;

    /// <summary>Whether several rows can be scored by one run.</summary>
    public bool IsBatchable => binding.IsBatchable;

    /// <summary>The session.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed of.</exception>
    public InferenceSession Session
    {
        get
        {
            if (_session is { } session)
                return session;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_session is null)
                {
                    _session = createSession();
                    NativeHeap.Trim();
                }

                return _session;
            }
        }
    }

    /// <summary>Runs the model; the caller disposes what it returns.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string> outputNames) =>
        Session.Run(_runOptions, inputNames, inputs, outputNames);

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _session?.Dispose();
            _session = null;
            _runOptions.Dispose();
        }
    }
}
