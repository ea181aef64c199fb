using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>A network and how it is trained and compressed. The numbers were chosen on samples held out of the training set.</summary>
internal sealed record LenetRecipe
{
    public required string Network { get; init; }

    public required Func<int, ModelProto> Create { get; init; }

    public required int DenseEpochs { get; init; }

    public double DenseRate { get; init; } = 1e-3;

    public IAugmentation DenseAugmentation { get; init; } = new RandomShift("data", 28, 28, 1);

    public double Rate { get; init; } = 4e-3;

    public float L2 { get; init; } = 2e-5f;

    public IAugmentation Augmentation { get; init; } = new RandomShift("data", 28, 28, 1);

    /// <summary>The temperature at which pruned and shared networks learn from the dense one; null where they learn from labels.</summary>
    public float? Temperature { get; init; }

    public required PruneOptions Prune { get; init; }

    public required ShareOptions Share { get; init; }

    /// <summary>Everything that decides a result but the data and the seed.</summary>
    public string Description => FormattableString.Invariant(
        $"{Network}: {DenseEpochs} epochs at {DenseRate}, {DenseAugmentation}; {Rate}, L2 {L2}, {Augmentation}, temperature {Temperature}; {Prune}, {string.Join(", ", Prune.SparsityByWeight ?? new Dictionary<string, double>())}; {Share}");
}
