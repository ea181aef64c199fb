using Microsoft.Win32.SafeHandles;

namespace DeepCompression.Onnx;

/// <summary>The dense weight of a node, decoded part by part while it is written.</summary>
/// <param name="node">The node, in a model that does not change meanwhile.</param>
/// <param name="length">Bytes of the dense weight.</param>
/// <param name="written">Called when it is written.</param>
internal sealed class NodeDenseContent(WeightNode node, long length, Action written) : ITensorContent
{
    public long Length => length;

    public void WriteTo(SafeFileHandle file, long offset)
    {
        node.DecodeDense((start, part) => RandomAccess.Write(file, part, offset + start));
        written();
    }
}
