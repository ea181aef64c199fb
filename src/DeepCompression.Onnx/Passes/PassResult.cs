namespace DeepCompression.Onnx;

/// <summary>What a pass returns.</summary>
/// <param name="Model">The changed model; the model that went in is as it was.</param>
/// <param name="Changed">The weights that were changed.</param>
/// <param name="Skipped">The weights that were not, and why.</param>
public sealed record PassResult(OnnxModel Model, IReadOnlyList<PassNote> Changed, IReadOnlyList<PassNote> Skipped)
{
    /// <summary>Whether anything was changed.</summary>
    public bool Modified => Changed.Count > 0;
}
