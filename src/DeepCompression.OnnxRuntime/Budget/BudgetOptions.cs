using DeepCompression.Onnx;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>What a search for the smallest model within an error budget may do.</summary>
public sealed record BudgetOptions
{
    /// <summary>The relative error of the outputs that is allowed: sqrt(sum (a - b)^2 / sum a^2) over the samples, of the worst output. Default 0.01.</summary>
    public double MaxError { get; init; } = 0.01;

    /// <summary>Whether the size of the portable form counts, where codes have 1, 2, 4 or 8 bits, instead of the packed form's. Default false.</summary>
    public bool Portable { get; init; }

    /// <summary>Which weights may change. Default: kernels of convolutions, matrices, recurrent weights and embeddings of at least 1024 elements.</summary>
    public Func<Weight, bool> Select { get; init; } = weight =>
        weight.Role is WeightRole.Convolution or WeightRole.Matrix or WeightRole.Recurrent or WeightRole.Embedding && weight.Shape.Length >= 1024;
}
