using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>One call of a compiled graph: its inputs and outputs, and the threads.</summary>
internal readonly unsafe ref struct KernelCall(OrtRuntime ort, OrtKernelContext* context, IParallelRunner runner)
{
    /// <summary>The runtime's threads.</summary>
    public IParallelRunner Runner { get; } = runner;

    /// <summary>An input tensor of the fused node; false where it is left out.</summary>
    public bool TryGetInput(int index, out Tensor tensor)
    {
        OrtValue* value = null;
        if (index >= 0)
            ort.Check(ort.Api->KernelContext_GetInput(context, (nuint)index, &value));
        if (value == null)
        {
            tensor = default;
            return false;
        }

        int type;
        long* shape;
        nuint rank;
        void* data;
        ort.Check(ort.Api->GetTensorElementTypeAndShapeDataReference(value, &type, &shape, &rank));
        ort.Check(ort.Api->GetTensorMutableData(value, &data));
        tensor = new Tensor(type, new ReadOnlySpan<long>(shape, (int)rank), data);
        return true;
    }

    /// <summary>An input tensor of float32 with a given rank.</summary>
    /// <exception cref="InvalidOperationException">The input is something else.</exception>
    public Tensor GetInput(int index, int type = Graph.OnnxType.Float32)
    {
        if (!TryGetInput(index, out Tensor tensor) || tensor.ElementType != type)
            throw new InvalidOperationException($"input {index} of a claimed node is not of ONNX type {type}");
        return tensor;
    }

    /// <summary>Allocates an output of the fused node.</summary>
    public void* GetOutput(int index, ReadOnlySpan<long> shape)
    {
        OrtValue* value;
        void* data;
        fixed (long* dimensions = shape)
            ort.Check(ort.Api->KernelContext_GetOutput(context, (nuint)index, dimensions, (nuint)shape.Length, &value));
        ort.Check(ort.Api->GetTensorMutableData(value, &data));
        return data;
    }

    /// <summary>A tensor of the runtime during a call.</summary>
    internal readonly ref struct Tensor(int elementType, ReadOnlySpan<long> shape, void* data)
    {
        public int ElementType { get; } = elementType;

        public ReadOnlySpan<long> Shape { get; } = shape;

        public void* Data { get; } = data;
    }
}
