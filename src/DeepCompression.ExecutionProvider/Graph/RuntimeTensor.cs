using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>Reads constants and types that ONNX Runtime holds.</summary>
internal static unsafe class RuntimeTensor
{
    /// <summary>A tensor, whose memory the runtime keeps while the graph is being compiled.</summary>
    public static TensorView Read(OrtRuntime ort, OrtValue* value)
    {
        OrtTensorTypeAndShapeInfo* info;
        ort.Check(ort.Api->GetTensorTypeAndShape(value, &info));
        try
        {
            (int type, long[] shape) = ReadInfo(ort, info);
            void* data;
            nuint size;
            ort.Check(ort.Api->GetTensorData(value, &data));
            ort.Check(ort.Api->GetTensorSizeInBytes(value, &size));
            return new TensorView(type, shape, new NativeBytes((byte*)data, checked((int)size)).Memory);
        }
        finally
        {
            ort.Api->ReleaseTensorTypeAndShapeInfo(info);
        }
    }

    /// <summary>The element type and dimensions of a type info; a dimension not known is -1.</summary>
    public static (int ElementType, long[] Shape) ReadInfo(OrtRuntime ort, OrtTensorTypeAndShapeInfo* info)
    {
        int type;
        nuint rank;
        ort.Check(ort.Api->GetTensorElementType(info, &type));
        ort.Check(ort.Api->GetDimensionsCount(info, &rank));
        long[] shape = new long[rank];
        fixed (long* dimensions = shape)
            ort.Check(ort.Api->GetDimensions(info, dimensions, rank));
        return (type, shape);
    }
}
