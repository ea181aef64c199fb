using Microsoft.ML;
using Microsoft.ML.Data;

namespace ModelBuilder;

public partial class DigitModel
{
    private static string MLNetModelPath = Path.Combine(AppContext.BaseDirectory, "DigitModel.mlnet");

    public static readonly Lazy<PredictionEngine<ModelInput, ModelOutput>> PredictEngine = new(CreatePredictEngine, true);

    /// <summary>
    /// Use this method to predict on <see cref="ModelInput"/>.
    /// </summary>
    /// <param name="input">model input.</param>
    /// <returns><seealso cref=" ModelOutput"/></returns>
    public static ModelOutput Predict(ModelInput input)
    {
        var predEngine = PredictEngine.Value;
        return predEngine.Predict(input);
    }

    private static PredictionEngine<ModelInput, ModelOutput> CreatePredictEngine()
    {
        var mlContext = new MLContext().UseDeepCompression(); // line 3 of 3
        ITransformer mlModel = mlContext.Model.Load(MLNetModelPath, out var _);
        return mlContext.Model.CreatePredictionEngine<ModelInput, ModelOutput>(mlModel);
    }

    /// <summary>
    /// model input class for DigitModel.
    /// </summary>
    public class ModelInput
    {
        [ColumnName(@"Pixels")]
        [VectorType(784)]
        public float[] Pixels { get; set; } = [];
    }

    /// <summary>
    /// model output class for DigitModel.
    /// </summary>
    public class ModelOutput
    {
        [ColumnName(@"Score")]
        public float[] Score { get; set; } = [];
    }
}
