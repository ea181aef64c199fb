namespace DeepCompression.Onnx;

/// <summary>The dense values of a weight in single precision.</summary>
internal static class DenseValues
{
    public static float[] ToSingle(CompressedTensor tensor)
    {
        byte[] dense = new byte[tensor.DenseBytes];
        tensor.CopyDenseTo(dense);
        return WeightValues.ToSingle(tensor.ElementType, dense);
    }
}
