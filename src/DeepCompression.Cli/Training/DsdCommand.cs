using System.CommandLine;
using DeepCompression.Cli.Commands;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Cli.Training;

/// <summary><c>deepcompress dsd</c>: trains dense, sparse and dense again.</summary>
internal static class DsdCommand
{
    public static Command Create(CommandConsole console)
    {
        Option<double?> sparsity = CommonOptions.Share("--sparsity", "The sparsity of each matrix and kernel in the middle; default 30%");
        Option<int> dense = new("--dense-epochs") { Description = "Passes over the data before pruning; 0 for a model that is trained already", HelpName = "N", DefaultValueFactory = _ => 10 };
        Option<int> sparse = new("--sparse-epochs") { Description = "Passes over the data with pruned weights", HelpName = "N", DefaultValueFactory = _ => 5 };
        Option<int> final = new("--final-epochs") { Description = "Passes over the data with all weights again", HelpName = "N", DefaultValueFactory = _ => 5 };
        Option<double> scale = new("--final-rate-scale") { Description = "What the learning rate is multiplied with in the last part", HelpName = "X", DefaultValueFactory = _ => 0.1 };
        TrainingCommand command = new(console, "dsd", "Train dense, sparse and dense again: better accuracy at the same size.", sparsity, dense, sparse, final, scale);
        command.SetAction((result, model, data, options) => DenseSparseDense.Run(
            model,
            data,
            new DenseSparseDenseOptions
            {
                Sparsity = result.GetValue(sparsity) ?? 0.3,
                DenseEpochs = result.GetValue(dense),
                SparseEpochs = result.GetValue(sparse),
                FinalEpochs = result.GetValue(final),
                FinalRateScale = result.GetValue(scale),
            },
            options));
        CommandLine.AddExamples(command.Command, """
            Examples:
              deepcompress dsd trained.onnx -o better.onnx --data train.npz --dense-epochs 0 --sparsity 30%
            """);
        return command.Command;
    }
}
