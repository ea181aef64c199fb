using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MLNet.DeepCompression.Scoring;

/// <summary>Which column item type stands for which tensor element type.</summary>
internal static class TensorTypes
{
    /// <summary>The item type of a column that holds such a tensor, or null where ML.NET has none.</summary>
    public static PrimitiveDataViewType? ItemTypeOf(TensorElementType elementType) => elementType switch
    {
        TensorElementType.Float => NumberDataViewType.Single,
        TensorElementType.Double => NumberDataViewType.Double,
        TensorElementType.Int8 => NumberDataViewType.SByte,
        TensorElementType.UInt8 => NumberDataViewType.Byte,
        TensorElementType.Int16 => NumberDataViewType.Int16,
        TensorElementType.UInt16 => NumberDataViewType.UInt16,
        TensorElementType.Int32 => NumberDataViewType.Int32,
        TensorElementType.UInt32 => NumberDataViewType.UInt32,
        TensorElementType.Int64 => NumberDataViewType.Int64,
        TensorElementType.UInt64 => NumberDataViewType.UInt64,
        TensorElementType.Bool => BooleanDataViewType.Instance,
        TensorElementType.String => TextDataViewType.Instance,
        _ => null,
    };
}
