using DeepCompression.Training.Models;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// The recipes of the table. Sparsity, epochs, rates, shift and bits were chosen by the error on 5,000 held out samples of the training
/// set; <c>bench lenet validation ...</c> shows it.
/// </summary>
internal static class Recipes
{
    public static LenetRecipe LeNet300100 { get; } = new()
    {
        Network = "LeNet-300-100",
        Create = Networks.LeNet300100,
        DenseEpochs = 15,
        Prune = new PruneOptions { Sparsity = 0.972, Epochs = 40 },
        Share = new ShareOptions { Bits = 3, VectorBits = 3, ReassignEpochs = 8, Epochs = 2 },
    };

    public static LenetRecipe LeNet5 { get; } = new()
    {
        Network = "LeNet-5",
        Create = Networks.LeNet5,
        DenseEpochs = 4,
        DenseRate = 2e-3,
        Rate = 1.5e-3,
        Prune = new PruneOptions { Sparsity = 0.965, Epochs = 8 },
        Share = new ShareOptions { Bits = 3, VectorBits = 3, ReassignEpochs = 1, Epochs = 1 },
    };

    public static LenetRecipe Fashion300100 { get; } = LeNet300100 with { Prune = LeNet300100.Prune with { Sparsity = 0.92 } };

    public static LenetRecipe Fashion5 { get; } = LeNet5 with { Prune = LeNet5.Prune with { Sparsity = 0.94 } };
}
