using Microsoft.ML;
using MLNet.DeepCompression;
using MLNetPipeline;

namespace WebApi;

/// <summary>Makes the saved pipeline that the service loads; usually a training job does.</summary>
public static class ModelFile
{
    /// <summary>Trains LeNet-5 on drawn digits, compresses it in a pipeline and saves that.</summary>
    public static void Make(string zip)
    {
        (Digit[] training, _) = DrawnDigits.Create();
        string dense = zip + ".onnx";
        Network.Train(training, dense);
        MLContext ml = new(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(training, Digit.Schema);
        var pipeline = ml.DeepCompression().CompressOnnxModel(dense, ["Scores"], ["Pixels"], o => o with
            {
                Pruning = new() { Sparsity = 0.9 },
                WeightSharing = new() { Bits = 4 },
                FineTuning = new() { Epochs = 2 },
            })
            .Append(ml.Transforms.Conversion.MapKeyToValue("Digit", "PredictedLabel"));
        using var model = pipeline.Fit(data);
        ml.Model.Save(model, data.Schema, zip);
        File.Delete(dense);
    }
}
