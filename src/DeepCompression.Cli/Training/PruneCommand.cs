using System.CommandLine;
using System.Globalization;
using DeepCompression.Cli.Commands;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Cli.Training;

/// <summary><c>deepcompress prune</c>: prunes and retrains a model; with <c>--bits</c> it goes on to share weights and train centroids.</summary>
internal static class PruneCommand
{
    public static Command Create(CommandConsole console)
    {
        Option<int> epochs = new("--epochs", "-e") { Description = "Passes over the data while pruning and retraining", HelpName = "N", DefaultValueFactory = _ => 20 };
        Option<double?> sparsity = CommonOptions.Share("--sparsity", "Zeros by all elements of matrices and kernels; default 90%");
        Option<string[]> weights = new("--weight") { Description = "The sparsity of one weight; may be repeated, and then only these are pruned", HelpName = "NAME=0.9" };
        Option<string> schedule = new("--growth") { Description = "How sparsity grows", DefaultValueFactory = _ => "cubic" };
        schedule.AcceptOnlyFromAmong("cubic", "iterative", "one-shot");
        Option<bool> final = new("--no-return") { Description = "What is pruned never returns, as in the paper" };
        Option<int?> bits = new("--bits") { Description = "Then share weights with codes of this many bits and train the centroids", HelpName = "1..8" };
        Option<int> reassign = new("--reassign-epochs") { Description = "With --bits: epochs in which weights can change their centroid", HelpName = "N", DefaultValueFactory = _ => 2 };
        Option<int> finetune = new("--finetune-epochs") { Description = "With --bits: epochs in which only centroids move", HelpName = "N", DefaultValueFactory = _ => 2 };
        TrainingCommand command = new(console, "prune", "Prune a trained model step by step and retrain what is left.", epochs, sparsity, weights, schedule, final, bits, reassign, finetune);
        command.SetAction((result, model, data, options) =>
        {
            string[] named = result.GetValue(weights) ?? [];
            PruneOptions prune = new()
            {
                Sparsity = result.GetValue(sparsity) ?? 0.9,
                SparsityByWeight = named.Length == 0 ? null : named.ToDictionary(pair => Split(pair).Name, pair => Split(pair).Value),
                Epochs = result.GetValue(epochs),
                Schedule = result.GetValue(schedule) switch { "iterative" => PruneSchedule.Iterative, "one-shot" => PruneSchedule.OneShot, _ => PruneSchedule.Cubic },
                Feedback = !result.GetValue(final),
            };
            return result.GetValue(bits) is int count
                ? DeepCompressionTraining.Run(model, data, prune, new ShareOptions { Bits = count, ReassignEpochs = result.GetValue(reassign), Epochs = result.GetValue(finetune) }, options)
                : PrunedTraining.Run(model, data, prune, options);
        });
        CommandLine.AddExamples(command.Command, """
            Examples:
              deepcompress prune trained.onnx -o pruned.onnx --data train.npz --sparsity 95%
              deepcompress prune trained.onnx -o small.onnx --data train.npz --sparsity 95% --bits 4 --pack
            """);
        return command.Command;
    }

    private static (string Name, double Value) Split(string pair)
    {
        int equals = pair.LastIndexOf('=');
        if (equals > 0 && double.TryParse(pair.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1)
            return (pair[..equals], value);
        throw new UsageException($"--weight takes NAME=SPARSITY, for example fc1.weight=0.9, not \"{pair}\".");
    }
}
