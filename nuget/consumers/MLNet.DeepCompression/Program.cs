using DeepCompression.Onnx;
using DeepCompression.Training.Models;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.DeepCompression;

// A model compressed in a pipeline, saved, and loaded again by plain ML.NET.
string file = Path.Combine(AppContext.BaseDirectory, "lenet.onnx");
new OnnxModel(Networks.LeNet300100()).Save(file, new SaveOptions { Overwrite = true });
MLContext ml = new(seed: 1);
IDataView data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 10).Select(i => new Row { Pixels = [.. Enumerable.Range(0, 784).Select(p => MathF.Sin(p * i))] }).ToArray());
using CompressedOnnxTransformer model = ml.DeepCompression().Prune(file, ["Scores"], ["Pixels"], o => o with { Sparsity = 0.9 }).ShareWeights().Fit(data);
using MemoryStream zip = new();
ml.Model.Save(model, data.Schema, zip);
ITransformer loaded = new MLContext().Model.Load(zip, out _);
float[][] ours = [.. model.Transform(data).GetColumn<float[]>("Scores")], theirs = [.. loaded.Transform(data).GetColumn<float[]>("Scores")];
if (ours.Zip(theirs).Any(rows => rows.First.Zip(rows.Second).Any(pair => MathF.Abs(pair.First - pair.Second) > 1e-3f)))
    throw new InvalidOperationException("The loaded model scores otherwise.");
Console.WriteLine($"{model.Report}, zip {zip.Length:#,0} bytes");

internal sealed class Row
{
    [VectorType(784)]
    public float[] Pixels { get; set; } = [];
}
