namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>A run of bytes of a model.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="End">The byte behind the last.</param>
internal readonly record struct Extent(int Start, int End)
{
    /// <summary>Bytes.</summary>
    public int Length => End - Start;
}
