using System.Buffers;

namespace DeepCompression.ExecutionProvider.Weights;

/// <summary>Bytes that ONNX Runtime owns, as memory; whoever keeps it must not outlive the graph.</summary>
internal sealed unsafe class NativeBytes(byte* data, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => new(data, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(data + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
