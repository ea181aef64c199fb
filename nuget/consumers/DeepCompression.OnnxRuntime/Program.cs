using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime;
using DeepCompression.WeightSharing;
using Microsoft.ML.OnnxRuntime;

// A compressed model on ONNX Runtime, with the execution provider of this package.
const int Size = 512;
Random random = new(1);
GraphProto graph = new() { Name = "g" };
graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { Size, Size }, FloatData = { Enumerable.Range(0, Size * Size).Select(_ => random.NextSingle() - 0.5f) } });
graph.Input.Add(Value("x"));
graph.Output.Add(Value("y"));
graph.Node.Add(new NodeProto { OpType = "MatMul", Name = "product", Input = { "x", "w" }, Output = { "y" } });
OnnxModel model = new(new ModelProto { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 17 } } });
OnnxModel portable = ModelCompressor.Compress(model, new CompressionOptions
{
    Form = ModelForm.Portable,
    Default = new WeightOptions { Pruning = new PruningOptions { Sparsity = 0.9 }, WeightSharing = new SharingOptions { Bits = 4 } },
}).Model;

float[] stock = Run(null, out _);
float[] ours = Run(new DeepCompressionOptions { Required = true }, out DeepCompressionReport? report);
if (stock.Zip(ours).Any(pair => MathF.Abs(pair.First - pair.Second) > 1e-4f) || !report!.Decisions.Any(decision => decision.IsClaimed))
    throw new InvalidOperationException($"The execution provider does not compute the model: {report}");
Console.WriteLine($"{report.ResidentBytes:#,0} bytes of weights instead of {report.DenseBytes:#,0}");

float[] Run(DeepCompressionOptions? provider, out DeepCompressionReport? report)
{
    using SessionOptions options = new();
    report = provider is null ? null : options.AppendDeepCompression(provider);
    using InferenceSession session = new(portable.ToBytes(), options);
    float[] x = [.. Enumerable.Range(0, Size).Select(i => MathF.Cos(i))];
    using OrtValue input = OrtValue.CreateTensorValueFromMemory(x, [1, Size]);
    using RunOptions run = new();
    using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, ["x"], [input], ["y"]);
    return outputs[0].GetTensorDataAsSpan<float>().ToArray();
}

static ValueInfoProto Value(string name)
{
    TensorShapeProto shape = new() { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 1 }, new TensorShapeProto.Types.Dimension { DimValue = Size } } };
    return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } } };
}
