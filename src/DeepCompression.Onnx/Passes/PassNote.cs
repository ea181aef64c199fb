namespace DeepCompression.Onnx;

/// <summary>What a pass did to a weight, or why it did nothing.</summary>
/// <param name="Weight">The path of the weight.</param>
/// <param name="Text">What was done, or why not.</param>
public sealed record PassNote(string Weight, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Weight}: {Text}";
}
