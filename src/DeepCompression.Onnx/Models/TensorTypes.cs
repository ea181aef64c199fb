using DeepCompression.Onnx.Schema;
using Type = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx;

/// <summary>What the element type of a tensor says about its size.</summary>
internal static class TensorTypes
{
    /// <summary>The weight's element type, or null for a tensor that is no weight.</summary>
    public static ElementType? ToElementType(int dataType) => (Type)dataType switch
    {
        Type.Float or Type.Float16 or Type.Double or Type.Bfloat16 => (ElementType)dataType,
        _ => null,
    };

    /// <summary>Bytes of a number of elements; 4-bit and 2-bit types fill their bytes.</summary>
    /// <exception cref="NotSupportedException">The type has no fixed size.</exception>
    /// <exception cref="OverflowException">The size is beyond 64 bits.</exception>
    public static long GetBytes(int dataType, long elements) =>
        TryGetBytes(dataType, elements) ?? throw new NotSupportedException($"Element type {dataType} has no fixed size.");

    /// <summary>Bytes of a number of elements; null where the type has no fixed size.</summary>
    /// <exception cref="OverflowException">The size is beyond 64 bits.</exception>
    public static long? TryGetBytes(int dataType, long elements) => (Type)dataType switch
    {
        Type.Uint2 or Type.Int2 => (elements + 3) / 4,
        Type.Uint4 or Type.Int4 or Type.Float4E2M1 => (elements + 1) / 2,
        Type.Uint8 or Type.Int8 or Type.Bool or Type.Float8E4M3Fn or Type.Float8E4M3Fnuz or Type.Float8E5M2
            or Type.Float8E5M2Fnuz or Type.Float8E8M0 => elements,
        Type.Uint16 or Type.Int16 or Type.Float16 or Type.Bfloat16 => checked(elements * 2),
        Type.Float or Type.Int32 or Type.Uint32 => checked(elements * 4),
        Type.Double or Type.Int64 or Type.Uint64 or Type.Complex64 => checked(elements * 8),
        Type.Complex128 => checked(elements * 16),
        _ => null,
    };

    /// <summary>The number of elements of a tensor.</summary>
    /// <exception cref="InvalidDataException">A dimension is negative or the product is beyond 64 bits.</exception>
    public static long CountElements(TensorProto tensor)
    {
        try
        {
            long count = 1;
            foreach (long dimension in tensor.Dims)
                count = dimension == 0 ? 0 : count;
            foreach (long dimension in tensor.Dims)
            {
                if (dimension < 0)
                    throw new InvalidDataException($"tensor '{tensor.Name}': the dimension {dimension} is negative.");
                count = checked(count * dimension);
            }

            return count;
        }
        catch (OverflowException)
        {
            throw new InvalidDataException($"tensor '{tensor.Name}': the shape [{string.Join(',', tensor.Dims)}] has too many elements.");
        }
    }
}
