namespace DeepCompression.Onnx;

/// <summary>Stores a weight in operators of ONNX and ONNX Runtime alone.</summary>
internal static class StandardForm
{
    /// <summary>Replaces a weight, or notes why not.</summary>
    /// <param name="context">The copy that is changed.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="tensor">Its values after the lossy stages.</param>
    /// <param name="options">The representation.</param>
    public static void Replace(PassContext context, Weight weight, CompressedTensor tensor, StandardOptions options)
    {
        if (weight.Scope.Function is not null)
        {
            context.Skip(weight.Path, "it is in the body of a function");
            return;
        }

        if (options.Kind == StandardKind.StaticInt8)
        {
            // Quantized later, with the activations: see ModelCompression.
            byte[] dense = new byte[tensor.DenseBytes];
            tensor.CopyDenseTo(dense);
            weight.Write(dense);
            return;
        }

        string? reason = options.Kind switch
        {
            StandardKind.SparseInitializer => SparseInitializerForm.Replace(weight, tensor),
            StandardKind.Float16 => Float16Form.Replace(weight, tensor),
            StandardKind.LowRank => LowRankForm.Replace(weight, tensor, options.RankShare),
            StandardKind.MatMulNBits => MatMulNBitsForm.Replace(weight, tensor, options.BlockSize),
            _ => DequantizeForm.Replace(weight, tensor, options),
        };
        if (reason is null)
            context.Change(weight.Path, options.Kind.ToString());
        else
            context.Skip(weight.Path, reason);
    }
}
