using System.Runtime.InteropServices;
using DeepCompression.Training.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.Training.Sessions;

/// <summary>The memory of one tensor, which the runtime reads and writes in place. Aligned, and zero up to a whole number of vectors.</summary>
internal sealed class TensorBuffer : IDisposable
{
    private const int Alignment = 64; // bytes, a cache line and the widest vector

    private readonly byte[] _memory;
    private readonly int _start;
    private readonly int _length;
    private readonly int _padded;

    public TensorBuffer(TensorType type)
    {
        Type = type;
        _length = checked((int)type.Length * ElementSize((TensorElementType)type.ElementType));
        _padded = checked((_length + Alignment - 1) / Alignment * Alignment);
        _memory = GC.AllocateArray<byte>(_padded + Alignment, pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        _start = (int)((Alignment - (address % Alignment)) % Alignment);
        Value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, (TensorElementType)type.ElementType, type.Shape, address + _start, _length);
    }

    public TensorType Type { get; }

    public OrtValue Value { get; }

    public Span<byte> Bytes => _memory.AsSpan(_start, _length);

    /// <summary>The elements; <typeparamref name="T"/> must be their type.</summary>
    public Span<T> Span<T>()
        where T : unmanaged
    {
        if (TensorBase.GetTypeInfo(typeof(T))?.ElementType != (TensorElementType)Type.ElementType)
            throw new ArgumentException($"The tensor holds {(TensorElementType)Type.ElementType}, not {typeof(T).Name}.");
        return MemoryMarshal.Cast<byte, T>(Bytes);
    }

    /// <summary>The elements of a float32 tensor and the zeros behind them: a whole number of vectors.</summary>
    public Span<float> Vectors => MemoryMarshal.Cast<byte, float>(_memory.AsSpan(_start, _padded));

    public void Dispose() => Value.Dispose();

    private static int ElementSize(TensorElementType type) => TensorBase.GetElementTypeInfo(type)?.TypeSize
        ?? throw new NotSupportedException($"A tensor of {type} cannot be fed.");
}
