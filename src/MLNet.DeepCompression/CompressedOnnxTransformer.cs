using DeepCompression.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Transforms.Onnx;
using MLNet.DeepCompression.Scoring;

namespace MLNet.DeepCompression;

/// <summary>
/// Scores rows with a compressed ONNX model, many rows a run. It is saved as ML.NET's own ONNX transformer, so a saved
/// pipeline also loads where this library is not installed.
/// </summary>
public sealed class CompressedOnnxTransformer : ITransformer, IDisposable
{
    private readonly MLContext _ml;
    private readonly OnnxModel _runnable;
    private readonly ModelBinding _binding;
    private readonly OnnxScoringOptions _options;
    private readonly ScoringModel _model;

    internal CompressedOnnxTransformer(MLContext ml, OnnxModel runnable, ModelBinding binding, OnnxScoringOptions options)
    {
        (_ml, _runnable, _binding, _options) = (ml, runnable, binding, options);
        _model = new ScoringModel(binding, CreateSession);
    }

    /// <summary>True: every row is scored by itself, whatever rows are scored with it.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The schema of the input with the model's output columns.</summary>
    /// <param name="inputSchema">The schema of the data.</param>
    /// <returns>The schema of the scored data.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or size than its tensor.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ScoringMapper(_model, inputSchema).OutputSchema;

    /// <summary>A mapper that scores one row at a time.</summary>
    /// <param name="inputSchema">The schema of the rows.</param>
    /// <returns>The mapper.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or size than its tensor.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ScoringMapper(_model, inputSchema);

    /// <summary>The data with the model's output columns. Nothing is scored before a cursor moves.</summary>
    /// <param name="input">The data.</param>
    /// <returns>The scored data.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or size than its tensor.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(new ScoringMapper(_model, input.Schema), input, _options.BatchSize);
    }

    /// <summary>Frees the session.</summary>
    public void Dispose() => _model.Dispose();

    /// <summary>Writes the model as ML.NET's own ONNX transformer, in the portable form.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        using OnnxTransformer builtIn = BuiltInForm.Create(_ml, _runnable, _binding, _options.Shapes);
        ((ICanSaveModel)builtIn).Save(ctx);
    }

    private InferenceSession CreateSession()
    {
        using SessionOptions options = _options.CreateSessionOptions?.Invoke() ?? new SessionOptions();
        return new InferenceSession(_runnable.ToBytes(), options);
    }
}
