namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>The numbers of <c>TensorProto.DataType</c> that matter here.</summary>
internal static class OnnxType
{
    public const int Float32 = 1;
    public const int UInt8 = 2;
    public const int Int64 = 7;
    public const int Float16 = 10;
    public const int Float64 = 11;
    public const int BFloat16 = 16;
}
