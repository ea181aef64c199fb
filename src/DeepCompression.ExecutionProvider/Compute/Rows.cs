namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>Sees a tensor of any rank as rows of its last axis.</summary>
internal static unsafe class Rows
{
    private const int MaxRank = 16;

    /// <summary>Opens the input and allocates the output of a product along the last axis.</summary>
    /// <returns>The output's memory.</returns>
    public static float* Open(in KernelCall call, int input, int output, int inputs, int outputs, out float* x, out int batch)
    {
        KernelCall.Tensor tensor = call.GetInput(input);
        ReadOnlySpan<long> shape = tensor.Shape;
        if (shape.Length is < 1 or > MaxRank || shape[^1] != inputs)
            throw new InvalidOperationException($"a weight of {inputs} inputs cannot be applied to a tensor of shape [{string.Join(", ", shape.ToArray())}]");

        Span<long> result = stackalloc long[shape.Length];
        long rows = 1;
        for (int i = 0; i < shape.Length - 1; i++)
        {
            result[i] = shape[i];
            rows *= shape[i];
        }

        result[^1] = outputs;
        x = (float*)tensor.Data;
        batch = checked((int)rows);
        return (float*)call.GetOutput(output, result);
    }
}
