using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>A network and how it is trained and compressed. The numbers were chosen on samples held out of the training set.</summary>
internal sealed record LenetRecipe
{
    public required string Network { get; init; }

    public required Func<int, ModelProto> Create { get; init; }

    public required int DenseEpochs { get; init; }

    public double DenseRate { get; init; } = 1e-3;

    public double Rate { get; init; } = 4e-3;

    public float L2 { get; init; } = 2e-5f;

    /// <summary>The farthest random shift of a training image, in pixels.</summary>
    public int Shift { get; init; } = 1;

    public required PruneOptions Prune { get; init; }

    public required ShareOptions Share { get; init; }
}
