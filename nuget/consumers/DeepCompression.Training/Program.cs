using DeepCompression;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;
using DeepCompression.Training.Models;
using DeepCompression.Training.Procedures;

// A network that learns two kinds of images, pruned while it does.
Random random = new(1);
float[] images = [.. Enumerable.Range(0, 128 * 784).Select(i => (i / 784 % 2) + random.NextSingle())];
ArrayBatchSource data = new(
    ArrayColumn.Floats("data", new TensorShape(1, 28, 28), images),
    ArrayColumn.Integers(BatchField.DefaultLabel, new TensorShape(), Enumerable.Range(0, 128).Select(i => (long)(i % 2)).ToArray()));
RunOptions run = new() { BatchSize = 32 };
ModelProto trained = PrunedTraining.Run(Networks.LeNet300100(), data, new PruneOptions { Sparsity = 0.8, Epochs = 30 }, run).Model;
var result = ModelEvaluation.Run(trained, data, run);
if (result.Correct < 120)
    throw new InvalidOperationException($"Training did not learn: {result.Correct} of {result.Count}.");
Console.WriteLine($"{result.Correct} of {result.Count} right at 80 % sparsity");
