namespace DeepCompression.Onnx;

/// <summary>Stores a weight in operators of ONNX and ONNX Runtime alone.</summary>
internal static class StandardForm
{
    public static void Replace(PassContext context, Weight weight, CompressedTensor tensor, StandardOptions options) =>
        throw new NotSupportedException($"{options.Kind} {context.Model.Name} {weight.Path} {tensor.Shape}");
}
