using Microsoft.ML;

namespace ModelBuilder;

public partial class DigitModel
{
    /// <summary>
    /// Train a new model with the provided dataset.
    /// </summary>
    /// <param name="outputModelPath">File path for saving the model. Should be similar to "C:\YourPath\ModelName.mlnet"</param>
    /// <param name="onnxModelPath">File path of the ONNX model.</param>
    /// <param name="trainData">Data with the columns of <see cref="ModelInput"/>.</param>
    public static void Train(string outputModelPath, string onnxModelPath, IDataView trainData)
    {
        var mlContext = new MLContext();
        var model = RetrainModel(mlContext, trainData, onnxModelPath);
        SaveModel(mlContext, model, trainData, outputModelPath);
    }

    /// <summary>
    /// Save a model at the specified path.
    /// </summary>
    public static void SaveModel(MLContext mlContext, ITransformer model, IDataView data, string modelSavePath)
    {
        // Pull the data schema from the IDataView used for training the model
        DataViewSchema dataViewSchema = data.Schema;

        using var fs = File.Create(modelSavePath);
        mlContext.Model.Save(model, dataViewSchema, fs);
    }

    /// <summary>
    /// Retrain model using the pipeline generated as part of the training process.
    /// </summary>
    public static ITransformer RetrainModel(MLContext mlContext, IDataView trainData, string onnxModelPath)
    {
        var pipeline = BuildPipeline(mlContext, onnxModelPath);
        var model = pipeline.Fit(trainData);

        return model;
    }

    /// <summary>
    /// build the pipeline that is used from model builder. Use this function to retrain model.
    /// </summary>
    public static IEstimator<ITransformer> BuildPipeline(MLContext mlContext, string onnxModelPath)
    {
        // Data process configuration with pipeline data transformations
        var pipeline = mlContext.Transforms.CopyColumns(@"data", @"Pixels")
                                .Append(mlContext.DeepCompression().CompressOnnxModel(onnxModelPath, [@"logits"], [@"data"], o => o with { Pruning = new() { Sparsity = 0.9 }, WeightSharing = new() { Bits = 4 }, FineTuning = new() { Epochs = 2 } })) // line 2 of 3
                                .Append(mlContext.Transforms.CopyColumns(@"Score", @"logits"));

        return pipeline;
    }
}
