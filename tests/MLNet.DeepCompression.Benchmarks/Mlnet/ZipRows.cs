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
        ITransformer dense = ml.Transforms.ApplyOnnxModel("logits", "data", DigitModels.LeNet5).Fit(test);
        using CompressedOnnxTransformer ours = ml.DeepCompression().ApplyCompressedOnnxModel(models.CompressedLeNet5, ["logits"], ["data"]).Fit(test);

        (double before, double after) = (Error(dense.Transform(test), models.Test), Error(ours.Transform(test), models.Test));
        table.Add(BenchRow.AtMost("LeNet-5, wrong answers on the MNIST test set", after, "%", before, $"dense: {before:0.00} %"));
        table.Add(BenchRow.Faster("LeNet-5, model.zip", Save(ml, ours, test), Save(ml, dense, test), "bytes", 15, $"packed file: {new FileInfo(models.CompressedLeNet5).Length:#,0} bytes"));
    }

    /// <summary>The same recipe where the test set is not looked at: trained without the samples that it is measured on.</summary>
    public static void Validate(BenchTable table)
    {
        DigitModels models = new();
        string file = models.TrainDenseLeNet5();
        MLContext ml = new(seed: 1);
        DigitRow[] digits = DigitModels.Read(models.Data.HoldOut(1).Validation);
        IDataView validation = DigitModels.View(ml, digits);
        using CompressedOnnxTransformer ours = DigitModels.Compress(file, models.Data.HoldOut(1).Training);
        double before = Error(ml.Transforms.ApplyOnnxModel("logits", "data", file).Fit(validation).Transform(validation), digits);
        table.Add(BenchRow.AtMost("LeNet-5, wrong answers on samples held out of the training set", Error(ours.Transform(validation), digits), "%", before, $"dense: {before:0.00} %; {ours.Report}"));
    }

    /// <summary>Wrong answers by all answers, in percent.</summary>
    public static double Error(IDataView scored, DigitRow[] digits) =>
        100.0 * scored.GetColumn<float[]>("logits").Zip(digits).Count(row => row.First.AsSpan().IndexOf(row.First.Max()) != row.Second.Label) / digits.Length;

    private static long Save(MLContext ml, ITransformer model, IDataView data)
    {
        using MemoryStream zip = new();
        ml.Model.Save(model, data.Schema, zip);
        return zip.Length;
    }
}
