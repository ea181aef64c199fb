using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using MLNet.DeepCompression.Reports;
using MLNet.DeepCompression.Scoring;

namespace MLNet.DeepCompression;

/// <summary>
/// Scores rows with a compressed ONNX model, many rows a run. It is saved as ML.NET's own ONNX transformer, so a saved
/// pipeline also loads where this library is not installed.
/// </summary>
public sealed class CompressedOnnxTransformer : ITransformer, IDisposable
{
    private readonly MLContext _ml;
    private readonly ModelBinding _binding;
    private readonly OnnxScoringOptions _options;
    private readonly ScoringModel _scoring;

    internal CompressedOnnxTransformer(MLContext ml, OnnxModel model, ModelReport report, long originalBytes, ModelBinding binding, OnnxScoringOptions options)
    {
        (_ml, Model, _binding, _options) = (ml, model, binding, options);
        Report = new CompressionSummary(report, originalBytes);

        // What is damaged or cannot be portable makes this throw while the pipeline is fitted, not at the first row.
        Portable();
        int parallelism = options.Parallelism ?? (options.CreateSessionOptions is null && binding.IsBatchable && options.BatchSize != 1 ? Environment.ProcessorCount : 1);
        _scoring = new ScoringModel(binding, parallelism, CreateSession);
        CheckRuntime();
    }

    /// <summary>The compressed model, in the form it was made or loaded in. Save it to keep the smallest file.</summary>
    public OnnxModel Model { get; }

    /// <summary>The model's size before and after, and what every byte is for.</summary>
    public CompressionSummary Report { get; }

    /// <summary>
    /// What the execution provider computes and what it leaves to ONNX Runtime. Null before the first row is scored, and where the
    /// execution provider is not used.
    /// </summary>
    public DeepCompressionReport? Execution => _scoring.Execution;

    /// <summary>True: every row is scored by itself, whatever rows are scored with it.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The schema of the input with the model's output columns.</summary>
    /// <param name="inputSchema">The schema of the data.</param>
    /// <returns>The schema of the scored data.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or size than its tensor.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ScoringMapper(_scoring, inputSchema).OutputSchema;

    /// <summary>A mapper that scores one row at a time.</summary>
    /// <param name="inputSchema">The schema of the rows.</param>
    /// <returns>The mapper.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or size than its tensor.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ScoringMapper(_scoring, inputSchema);

    /// <summary>The data with the model's output columns. Nothing is scored before a cursor moves.</summary>
    /// <param name="input">The data.</param>
    /// <returns>The scored data.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or size than its tensor.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(new ScoringMapper(_scoring, input.Schema), input, _options);
    }

    /// <summary>Frees the sessions.</summary>
    public void Dispose() => _scoring.Dispose();

    /// <summary>Writes the model as ML.NET's own ONNX transformer, in the portable form.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx) => BuiltInForm.Save(_ml, Portable(), _binding, _options.Shapes, ctx);

    private ScoringSession CreateSession(bool isForBatches, double? minimumSpeedup)
    {
        using SessionOptions options = _options.CreateSessionOptions?.Invoke() ?? new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (isForBatches && _scoring.Parallelism > 1)
            options.IntraOpNumThreads = 1;
        if (!_options.UseExecutionProvider)
            return new(new InferenceSession(Portable().ToBytes(), options), null);
        DeepCompressionOptions? settings = _options.CreateSessionOptions is null ? new() { MinimumSpeedup = minimumSpeedup, Batch = isForBatches ? _options.BatchSize ?? BatchSize.Smallest : null } : null;
        DeepCompressionReport report = options.AppendDeepCompression(settings);
        InferenceSession session = CompressedModel.CreateSession(Model, options, settings);
        return new(session, report) { HasChoice = _options.CreateSessionOptions is null && report.Decisions.Count > 0 };
    }

    // What ONNX Runtime refuses it refuses while the pipeline is fitted. The session is not kept: which one is needed shows when rows are scored.
    private void CheckRuntime()
    {
        try
        {
            CreateSession(isForBatches: false, minimumSpeedup: null).Dispose();
            NativeHeap.Trim();
        }
        catch (OnnxRuntimeException refusal)
        {
            _scoring.Dispose();
            throw new InvalidOperationException($"{Model.Name}: ONNX Runtime cannot run the model: {refusal.Message}", refusal);
        }
        catch (Exception)
        {
            _scoring.Dispose();
            throw;
        }
    }

    // A form that needs no execution provider; made when it is needed, because the model is smaller as it is.
    private OnnxModel Portable() => ModelUnpacker.Unpack(Model, UnpackTarget.Portable);
}
