using DeepCompression.ExecutionProvider;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Scoring;

/// <summary>A session and what the execution provider does in it; the report is null where it is not used.</summary>
internal sealed record ScoringSession(InferenceSession Session, DeepCompressionReport? Report) : IDisposable
{
    /// <summary>Whether the model has compressed weights, and it is open which operators compute on them.</summary>
    public bool HasChoice { get; init; }

    public void Dispose() => Session.Dispose();
}
