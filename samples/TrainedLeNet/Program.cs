// Compresses two trained networks, with and without retraining, and measures them on digits that they have not seen.
// Usage: dotnet run --project samples/TrainedLeNet -- [FOLDER]
// FOLDER holds the four files of MNIST. Without it a few hundred digits serve that come with this sample, and nothing is retrained.
using DeepCompression;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;
using DeepCompression.WeightSharing;
using Microsoft.ML.OnnxRuntime;
using RunOptions = DeepCompression.Training.Procedures.RunOptions;

string assets = Path.Combine(AppContext.BaseDirectory, "Assets");
string? mnist = args.Length > 0 ? args[0] : null;
IBatchSource test = mnist is null
    ? Digits(Path.Combine(assets, "digits-images-idx3-ubyte.gz"), Path.Combine(assets, "digits-labels-idx1-ubyte.gz"))
    : Digits(Path.Combine(mnist, "t10k-images-idx3-ubyte"), Path.Combine(mnist, "t10k-labels-idx1-ubyte"));
Console.WriteLine($"{test.Count:N0} test digits{(mnist is null ? " of MNIST (give the folder of MNIST to use all 10,000, and to retrain)" : "")}");

foreach (string name in new[] { "lenet-300-100", "lenet-5" })
{
    OnnxModel model = OnnxModel.Load(Path.Combine(assets, name + ".onnx"));
    CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions
    {
        Default = new WeightOptions { Pruning = new PruningOptions { Sparsity = 0.6 }, WeightSharing = new SharingOptions { Bits = 4 } },
    });
    Report($"{name}, pruned and shared in one go", model, result.Model, test);
}

if (mnist is null)
    return;

// A quick run of the paper's pipeline; ./build.sh bench lenet takes longer and gets further.
OnnxModel dense = OnnxModel.Load(Path.Combine(assets, "lenet-300-100.onnx"));
TrainingOutcome outcome = DeepCompressionTraining.Run(
    dense.Proto,
    Digits(Path.Combine(mnist, "train-images-idx3-ubyte"), Path.Combine(mnist, "train-labels-idx1-ubyte")),
    new PruneOptions { Sparsity = 0.95, Epochs = 5 },
    new ShareOptions { Bits = 3, VectorBits = 4, ReassignEpochs = 2, Epochs = 1 },
    new RunOptions { BatchSize = 128, LearningRate = new CosineRate(2e-3) });
Report("lenet-300-100, pruned, retrained, shared, centroids trained", dense, ModelCompressor.Compress(new OnnxModel(outcome.Model), new CompressionOptions { Lossless = true, MinElements = 16 }).Model, test);

static ArrayBatchSource Digits(string images, string labels) => IdxFile.ReadLabelled(images, labels, "data", new TensorShape(1, 28, 28));

static void Report(string title, OnnxModel before, OnnxModel packed, IBatchSource test)
{
    double bytes = before.ToBytes().Length, small = packed.ToBytes().Length;
    ModelProto portable = ModelUnpacker.Unpack(packed, UnpackTarget.Portable).Proto;
    Console.WriteLine($"{title}");
    Console.WriteLine($"  {bytes:N0} -> {small:N0} bytes, {bytes / small:F1}x; errors {Error(before.Proto, test):F2} % -> {Error(ModelUnpacker.Unpack(packed).Proto, test):F2} %");
    Console.WriteLine($"  the first digit is a {Label(test)}; the packed model, unpacked for any ONNX runtime, reads a {Read(portable, test)}");
}

static double Error(ModelProto model, IBatchSource test)
{
    EvaluationResult result = ModelEvaluation.Run(model, test, new RunOptions { BatchSize = 100 });
    return 100.0 * (result.Count - result.Correct!.Value) / result.Count;
}

static long Label(IBatchSource test) => First(test).GetIntegers(1)[0];

// Stock ONNX Runtime, which knows nothing of this project: the weights' nodes carry their meaning with them.
static int Read(ModelProto model, IBatchSource test)
{
    using InferenceSession session = new(new OnnxModel(model).ToBytes());
    using OrtValue input = OrtValue.CreateTensorValueFromMemory(First(test).GetFloats(0), [1, 1, 28, 28]);
    using Microsoft.ML.OnnxRuntime.RunOptions run = new();
    using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, ["data"], [input], ["logits"]);
    ReadOnlySpan<float> logits = outputs[0].GetTensorDataAsSpan<float>();
    int best = 0;
    for (int i = 1; i < logits.Length; i++)
        best = logits[i] > logits[best] ? i : best;
    return best;
}

static Batch First(IBatchSource test)
{
    Batch batch = new(test.Fields, 1);
    test.Read([0], batch);
    return batch;
}
