namespace DeepCompression.Onnx;

/// <summary>A part of a file that is to be written: bytes, or the content of a tensor.</summary>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Literal">The bytes; empty where <paramref name="Content"/> is not null.</param>
/// <param name="Content">The content, or null.</param>
internal sealed record FilePart(long Offset, ReadOnlyMemory<byte> Literal, ITensorContent? Content)
{
    /// <summary>Bytes.</summary>
    public long Length => Content?.Length ?? Literal.Length;
}
