using System.CommandLine;
using System.Globalization;
using DeepCompression.Cli.Commands;
using DeepCompression.Training;
using DeepCompression.Training.Procedures;
using DeepCompression.WeightSharing;

namespace DeepCompression.Cli.Training;

/// <summary><c>deepcompress finetune</c>: shares weights and trains the centroids.</summary>
internal static class FinetuneCommand
{
    public static Command Create(CommandConsole console)
    {
        Option<int> bits = new("--bits", "-b") { Description = "Bits a code", HelpName = "1..8", DefaultValueFactory = _ => 5 };
        Option<string[]> weights = new("--weight") { Description = "The bits of one weight; may be repeated", HelpName = "NAME=3" };
        Option<int?> vectors = new("--vector-bits") { Description = "Bits a code of biases and other vectors; without, they are not shared", HelpName = "1..8" };
        Option<int> epochs = new("--epochs", "-e") { Description = "Passes over the data in which centroids move", HelpName = "N", DefaultValueFactory = _ => 3 };
        Option<int> reassign = new("--reassign-epochs") { Description = "Passes before, in which weights can change their centroid", HelpName = "N", DefaultValueFactory = _ => 0 };
        Option<string> start = new("--start") { Description = "Where centroids start", DefaultValueFactory = _ => "optimal" };
        start.AcceptOnlyFromAmong("optimal", "linear", "density", "random", "k-means++");
        Option<double?> penalty = CommonOptions.EntropyPenalty("What a bit of code is worth when weights choose their centroids, as squared error by the variance of the weight. More makes codes smaller. Default: 0");
        Option<bool> sum = new("--sum") { Description = "Centroids follow the sum of their weights' gradients, as in the paper, not the mean" };
        TrainingCommand command = new(console, "finetune", "Share the weights of a trained model and train the centroids.", bits, weights, vectors, epochs, reassign, start, penalty, sum);
        command.SetAction((result, model, data, options) => SharedTraining.Run(
            model,
            data,
            new ShareOptions
            {
                Bits = result.GetValue(bits),
                BitsByWeight = (result.GetValue(weights) ?? []).ToDictionary(pair => Split(pair).Name, pair => Split(pair).Value),
                VectorBits = result.GetValue(vectors),
                Epochs = result.GetValue(epochs),
                ReassignEpochs = result.GetValue(reassign),
                EntropyPenalty = result.GetValue(penalty) ?? 0,
                Gradient = result.GetValue(sum) ? CentroidGradient.Sum : CentroidGradient.Mean,
                Initialization = result.GetValue(start) switch
                {
                    "linear" => CentroidInitialization.Linear,
                    "density" => CentroidInitialization.Density,
                    "random" => CentroidInitialization.Random,
                    "k-means++" => CentroidInitialization.KMeansPlusPlus,
                    _ => CentroidInitialization.Optimal,
                },
            },
            options));
        CommandLine.AddExamples(command.Command, """
            Examples:
              deepcompress finetune pruned.onnx -o shared.onnx --data train.npz --bits 4
              deepcompress finetune pruned.onnx -o small.onnx --data train.npz --bits 3 --reassign-epochs 5 --pack
            """);
        return command.Command;
    }

    private static (string Name, int Value) Split(string pair)
    {
        int equals = pair.LastIndexOf('=');
        if (equals > 0 && int.TryParse(pair.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value is >= 1 and <= 8)
            return (pair[..equals], value);
        throw new UsageException($"--weight takes NAME=BITS, for example fc1.weight=3, not \"{pair}\".");
    }
}
