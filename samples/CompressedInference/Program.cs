// Compresses an ONNX model and runs both on ONNX Runtime.
// Usage: dotnet run -c Release --project samples/CompressedInference -- [MODEL.onnx [DIMENSION=SIZE ...]]
// Without a model it takes the trained LeNet-300-100 that comes with it.
using System.Diagnostics;
using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime;
using DeepCompression.WeightSharing;
using Microsoft.ML.OnnxRuntime;

string model = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "lenet-300-100.onnx");

// Prune 90 % of every weight and share what is left among 255 values; retrain before you trust the result.
WeightOptions weights = new() { Pruning = new PruningOptions { Sparsity = 0.9 }, WeightSharing = new SharingOptions { Bits = 8 } };
string compressed = Path.Combine(Directory.CreateTempSubdirectory().FullName, "compressed.onnx");
ModelCompressor.Compress(OnnxModel.Load(model), new CompressionOptions { Default = weights }).Model.Save(compressed);
Console.WriteLine($"{new FileInfo(model).Length:#,0} bytes -> {new FileInfo(compressed).Length:#,0} bytes");

// The three lines that an application adds or changes: options, the execution provider, the session.
using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
DeepCompressionReport report = options.AppendDeepCompression();
using InferenceSession session = CompressedModel.CreateSession(compressed, options);
Console.Write(report);

using InferenceSession dense = new(model);
Console.WriteLine($"dense      {Milliseconds(dense):0.00} ms a run");
Console.WriteLine($"compressed {Milliseconds(session):0.00} ms a run, {report.ResidentBytes:#,0} bytes of weights instead of {report.DenseBytes:#,0}");
Directory.Delete(Path.GetDirectoryName(compressed)!, recursive: true);

double Milliseconds(InferenceSession of)
{
    Dictionary<string, int> sizes = args.Skip(1).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => int.Parse(pair[1]));
    Dictionary<string, OrtValue> inputs = of.InputMetadata.ToDictionary(input => input.Key, input => Ones(input.Value, sizes));
    using RunOptions run = new();
    of.Run(run, inputs, of.OutputNames).Dispose();
    long start = Stopwatch.GetTimestamp();
    const int Runs = 20;
    for (int i = 0; i < Runs; i++)
        of.Run(run, inputs, of.OutputNames).Dispose();
    return Stopwatch.GetElapsedTime(start).TotalMilliseconds / Runs;
}

static OrtValue Ones(NodeMetadata input, Dictionary<string, int> sizes)
{
    long[] shape = [.. input.Dimensions.Select((dimension, i) => (long)(dimension > 0 ? dimension : sizes.GetValueOrDefault(input.SymbolicDimensions[i], 1)))];
    float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
    values.AsSpan().Fill(0.5f);
    return OrtValue.CreateTensorValueFromMemory(values, shape);
}
