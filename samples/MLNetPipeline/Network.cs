using DeepCompression;
using DeepCompression.Onnx;
using DeepCompression.Training.Data;
using DeepCompression.Training.Models;
using DeepCompression.Training.Procedures;

namespace MLNetPipeline;

/// <summary>Trains the network that the sample compresses; usually it comes from elsewhere.</summary>
internal static class Network
{
    public static void Train(Digit[] digits, string path)
    {
        ArrayBatchSource data = new(
            ArrayColumn.Floats("data", new TensorShape(1, 28, 28), digits.SelectMany(digit => digit.Pixels).ToArray()),
            ArrayColumn.Integers(BatchField.DefaultLabel, new TensorShape(), digits.Select(digit => (long)digit.Label).ToArray()));
        new OnnxModel(DenseTraining.Train(Networks.LeNet5(), data, 2, new RunOptions { BatchSize = 64 }).Model).Save(path);
    }
}
