using System.CommandLine;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Cli.Training;

/// <summary><c>deepcompress train</c>: trains all weights of a model.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandConsole console)
    {
        Option<int> epochs = new("--epochs", "-e") { Description = "Passes over the data", HelpName = "N", DefaultValueFactory = _ => 10 };
        TrainingCommand command = new(console, "train", "Train the weights of an ONNX model on plain ONNX Runtime.", epochs);
        command.SetAction((result, model, data, options) => DenseTraining.Train(model, data, result.GetValue(epochs), options));
        CommandLine.AddExamples(command.Command, """
            Examples:
              deepcompress train model.onnx -o trained.onnx --data train.npz --epochs 20 --hold-out 5000
              deepcompress train lenet.onnx -o trained.onnx --data train-images-idx3-ubyte.gz --labels train-labels-idx1-ubyte.gz --checkpoint run.checkpoint
            """);
        return command.Command;
    }
}
