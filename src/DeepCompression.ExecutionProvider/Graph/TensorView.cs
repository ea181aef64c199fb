using System.Runtime.InteropServices;

namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>A constant of a model; valid as long as the graph that it was read from.</summary>
/// <param name="ElementType">The element type by its number in ONNX.</param>
/// <param name="Shape">The dimensions.</param>
/// <param name="Memory">The elements, little-endian and row-major.</param>
internal sealed record TensorView(int ElementType, long[] Shape, ReadOnlyMemory<byte> Memory)
{
    /// <summary>All bytes.</summary>
    public ReadOnlySpan<byte> Bytes => Memory.Span;

    /// <summary>All elements as another type of which the bytes are a whole number.</summary>
    public ReadOnlySpan<T> As<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Memory.Span);
}
