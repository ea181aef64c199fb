namespace DeepCompression.Training.Procedures;

/// <summary>Says which of a model's weights are pruned.</summary>
internal static class Prunable
{
    /// <summary>Whether the shape is that of a matrix or kernel: at least two dimensions longer than 1. Biases, slopes and normalization parameters are not.</summary>
    public static bool IsMatrix(TensorShape shape)
    {
        int real = 0;
        foreach (long dimension in shape.Dimensions)
            real += dimension > 1 ? 1 : 0;
        return real >= 2;
    }

    public static IReadOnlyList<TrainedWeight> Of(TrainingSession session) => [.. session.Weights.Where(weight => IsMatrix(weight.Shape))];

    public static double Sparsity(IReadOnlyList<TrainedWeight> weights)
    {
        long zeros = 0, length = 0;
        foreach (TrainedWeight weight in weights)
        {
            zeros += weight.Values.Count(0f);
            length += weight.Values.Length;
        }

        return length == 0 ? 0 : (double)zeros / length;
    }
}
