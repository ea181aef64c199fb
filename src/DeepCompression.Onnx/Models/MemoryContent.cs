using Microsoft.Win32.SafeHandles;

namespace DeepCompression.Onnx;

/// <summary>Elements in memory.</summary>
/// <param name="bytes">The elements.</param>
internal sealed class MemoryContent(ReadOnlyMemory<byte> bytes) : ITensorContent
{
    public ReadOnlyMemory<byte> Bytes => bytes;

    public long Length => bytes.Length;

    public void WriteTo(SafeFileHandle file, long offset) => RandomAccess.Write(file, bytes.Span, offset);
}
