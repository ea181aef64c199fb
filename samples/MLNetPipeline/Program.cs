// Digits in ML.NET: a network is trained, compressed by a pipeline that fine-tunes it on the pipeline's own data, evaluated before
// and after, saved, loaded by plain ML.NET, and asked.
// Usage: dotnet run --project samples/MLNetPipeline [-- FOLDER with the four MNIST files]
using DeepCompression;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.DeepCompression;
using MLNetPipeline;

(Digit[] training, Digit[] test) = args.Length > 0 ? DigitFiles.Read(args[0]) : DrawnDigits.Create();
string folder = Directory.CreateTempSubdirectory("MLNetPipeline").FullName;
string dense = Path.Combine(folder, "lenet5.onnx");
Console.WriteLine($"Training LeNet-5 on {training.Length:#,0} digits ...");
Network.Train(training, dense);

var ml = new MLContext(seed: 1);
IDataView train = ml.Data.LoadFromEnumerable(training, Digit.Schema), held = ml.Data.LoadFromEnumerable(test, Digit.Schema);

// Before: ML.NET's own transformer on the dense model.
using var before = ml.DeepCompression().ApplyCompressedOnnxModel(dense, ["Scores"], ["Pixels"]).Fit(train);
Console.WriteLine($"dense:      {Accuracy(before.Transform(held)):P2} right");

// Compressed when the pipeline is fitted.
Console.WriteLine("Fitting the pipeline ...");
var pipeline = ml.DeepCompression().CompressOnnxModel(dense, ["Scores"], ["Pixels"], o => o with
    {
        Pruning = new() { Sparsity = 0.9 },
        WeightSharing = new() { Bits = 4 },
        Packing = EntropyCoder.Huffman,
        FineTuning = new() { LabelColumnName = "Label", Epochs = 3 },
    })
    .Append(ml.Transforms.Conversion.MapKeyToValue("Digit", "PredictedLabel"));
var model = pipeline.Fit(train);
IDataView scored = model.Transform(held);
MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(scored, "Label", "Scores");
Console.WriteLine($"compressed: {metrics.MicroAccuracy:P2} right, {((IEnumerable<ITransformer>)model).OfType<CompressedOnnxTransformer>().Single().Report}");

// Saved, and loaded by a context that knows nothing of this library.
string zip = Path.Combine(folder, "model.zip");
ml.Model.Save(model, train.Schema, zip);
Console.WriteLine($"model.zip:  {new FileInfo(zip).Length:#,0} bytes");
ITransformer loaded = new MLContext().Model.Load(zip, out _);
using (PredictionEngine<Digit, Answer> engine = ml.Model.CreatePredictionEngine<Digit, Answer>(loaded, inputSchemaDefinition: Digit.Schema))
{
    foreach (Digit digit in test.Take(5))
        Console.WriteLine($"a {digit.Label} is taken for a {engine.Predict(digit).Digit}");
}

Directory.Delete(folder, recursive: true);

double Accuracy(IDataView data) => data.GetColumn<float[]>("Scores").Zip(test).Count(row => row.First.AsSpan().IndexOf(row.First.Max()) == row.Second.Label) / (double)test.Length;
