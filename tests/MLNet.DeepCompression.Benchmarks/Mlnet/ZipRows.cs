using DeepCompression.Benchmarks.Harness;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>The saved pipeline of LeNet-5, compressed without loss of accuracy, against that of the dense model.</summary>
internal static class ZipRows
{
    public static void Run(BenchTable table)
    {
        DigitModels models = new();
        MLContext ml = new(seed: 1);
        IDataView test = models.View(ml);
        ITransformer dense = ml.Transforms.ApplyOnnxModel("logits", "data", models.LeNet5).Fit(test);
        using CompressedOnnxTransformer ours = ml.DeepCompression().ApplyCompressedOnnxModel(CompressedLeNet5(models), ["logits"], ["data"]).Fit(test);

        double before = Error(models, dense.Transform(test));
        double after = Error(models, ours.Transform(test));
        table.Add(BenchRow.AtMost("LeNet-5, wrong answers on the MNIST test set", after, "%", before, $"dense: {before:0.00} %"));
        table.Add(BenchRow.Faster("LeNet-5, model.zip", Save(ml, ours, test), Save(ml, dense, test), "bytes", 15, $"packed file: {new FileInfo(CompressedLeNet5(models)).Length:#,0} bytes"));
    }

    /// <summary>LeNet-5 as the pipeline compresses it.</summary>
    public static string CompressedLeNet5(DigitModels models) => models.Compressed(models.LeNet5, sparsity: 0.9, bits: 5, epochs: 6);

    private static double Error(DigitModels models, IDataView scored) =>
        100.0 * scored.GetColumn<float[]>("logits").Zip(models.Test).Count(row => row.First.AsSpan().IndexOf(row.First.Max()) != row.Second.Label) / models.Test.Length;

    private static long Save(MLContext ml, ITransformer model, IDataView data)
    {
        using MemoryStream zip = new();
        ml.Model.Save(model, data.Schema, zip);
        return zip.Length;
    }
}
