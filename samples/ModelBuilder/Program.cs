// What a project with Model Builder's files does: fit and save the model, then predict with it.
// Usage: dotnet run --project samples/ModelBuilder
using Microsoft.ML;
using MLNetPipeline;
using ModelBuilder;

(Digit[] training, Digit[] test) = DrawnDigits.Create();
string folder = AppContext.BaseDirectory;
string onnx = Path.Combine(folder, "digits.onnx"), mlnet = Path.Combine(folder, "DigitModel.mlnet");
File.Delete(onnx);
Network.Train(training, onnx);
DigitModel.Train(mlnet, onnx, new MLContext().Data.LoadFromEnumerable(training, Digit.Schema));
Console.WriteLine($"digits.onnx {new FileInfo(onnx).Length:#,0} bytes, DigitModel.mlnet {new FileInfo(mlnet).Length:#,0} bytes");

int right = test.Count(digit =>
{
    float[] score = DigitModel.Predict(new DigitModel.ModelInput { Pixels = digit.Pixels }).Score;
    return score.AsSpan().IndexOf(score.Max()) == digit.Label;
});
Console.WriteLine($"{right} of {test.Length} digits right");
return right > 0.9 * test.Length ? 0 : 1;
