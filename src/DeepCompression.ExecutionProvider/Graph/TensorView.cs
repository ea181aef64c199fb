using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>A constant of the model as ONNX Runtime holds it; valid as long as the graph it was read from.</summary>
internal sealed unsafe class TensorView
{
    public TensorView(OrtRuntime ort, OrtValue* value)
    {
        OrtTensorTypeAndShapeInfo* info;
        ort.Check(ort.Api->GetTensorTypeAndShape(value, &info));
        try
        {
            (ElementType, Shape) = ReadInfo(ort, info);
        }
        finally
        {
            ort.Api->ReleaseTensorTypeAndShapeInfo(info);
        }

        void* data;
        nuint size;
        ort.Check(ort.Api->GetTensorData(value, &data));
        ort.Check(ort.Api->GetTensorSizeInBytes(value, &size));
        Data = (byte*)data;
        ByteLength = checked((int)size);
    }

    /// <summary>The element type by its number in ONNX.</summary>
    public int ElementType { get; }

    /// <summary>The dimensions.</summary>
    public long[] Shape { get; }

    /// <summary>The first byte; little-endian, row-major.</summary>
    public byte* Data { get; }

    /// <summary>The size in bytes.</summary>
    public int ByteLength { get; }

    /// <summary>All bytes. The runtime keeps them while the graph is being compiled.</summary>
    public ReadOnlySpan<byte> Bytes => new(Data, ByteLength);

    /// <summary>All elements as another type of which the bytes are a whole number.</summary>
    public ReadOnlySpan<T> As<T>()
        where T : unmanaged => new(Data, ByteLength / sizeof(T));

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
