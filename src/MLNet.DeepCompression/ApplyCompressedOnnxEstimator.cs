using DeepCompression.Onnx;
using Microsoft.ML;
using MLNet.DeepCompression.Scoring;

namespace MLNet.DeepCompression;

/// <summary>Scores with an ONNX model made before: packed, portable or plain. There is nothing to learn from the data.</summary>
public sealed class ApplyCompressedOnnxEstimator : IEstimator<CompressedOnnxTransformer>
{
    private readonly MLContext _ml;
    private readonly OnnxModel _model;
    private readonly ModelBinding _binding;
    private readonly OnnxScoringOptions _options;

    internal ApplyCompressedOnnxEstimator(MLContext ml, string modelFile, string[] outputColumnNames, string[] inputColumnNames, OnnxScoringOptions options)
    {
        _ml = ml;
        _options = options;
        _model = OnnxModel.Load(modelFile);
        _binding = ModelBinding.Bind(ModelSignature.Of(_model), outputColumnNames, inputColumnNames, options.Shapes);
    }

    /// <summary>Checks the columns and makes the transformer.</summary>
    /// <param name="input">Data with the input columns; no row is read.</param>
    /// <returns>The transformer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or size than its tensor.</exception>
    /// <exception cref="InvalidDataException">A compressed weight is damaged.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime cannot run the model.</exception>
    public CompressedOnnxTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (TensorBinding binding in _binding.Inputs)
            InputColumns.Find(binding, input.Schema);
        ModelReport report = ModelInspector.Inspect(_model);
        return new CompressedOnnxTransformer(_ml, _model, report, report.FileBytes - report.WeightBytes + report.DenseBytes, _binding, _options);
    }

    /// <summary>The shape of the schema with the model's output columns.</summary>
    /// <param name="inputSchema">The shape of the data's schema.</param>
    /// <returns>The shape of the scored data's schema.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than its tensor.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        foreach (TensorBinding binding in _binding.Inputs)
            InputColumns.Check(binding, inputSchema);
        return OutputShapes.Add(_ml, inputSchema, _binding.Outputs.Select(output => (output.Column, output.OutputType)));
    }
}
