using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Graph;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>The first state of a recurrent layer where it is a constant of the model, which the runtime then need not keep.</summary>
internal sealed unsafe class ConstantState(TensorView tensor) : IDisposable
{
    private readonly long[] _shape = tensor.Shape;
    private float* _data = Copy(tensor);

    ~ConstantState() => NativeMemory.Free(_data);

    /// <summary>The state, which must have the call's shape.</summary>
    public float* Get(ReadOnlySpan<long> shape) => shape.SequenceEqual(_shape)
        ? _data
        : throw new InvalidOperationException($"the model's initial state has the shape [{string.Join(", ", _shape)}], the call needs [{string.Join(", ", shape.ToArray())}]");

    public void Dispose()
    {
        NativeMemory.Free(_data);
        _data = null;
        GC.SuppressFinalize(this);
    }

    private static float* Copy(TensorView tensor)
    {
        float* data = (float*)NativeMemory.Alloc((nuint)Math.Max(tensor.Bytes.Length, 1));
        tensor.Bytes.CopyTo(new Span<byte>(data, tensor.Bytes.Length));
        return data;
    }
}
