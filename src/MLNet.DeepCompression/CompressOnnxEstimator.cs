using DeepCompression;
using DeepCompression.Onnx;
using DeepCompression.WeightSharing;
using Microsoft.ML;
using MLNet.DeepCompression.Fitting;
using MLNet.DeepCompression.Scoring;

namespace MLNet.DeepCompression;

/// <summary>
/// Compresses an ONNX model when the pipeline is fitted, and scores with it. Stages can be chained on one model:
/// <c>dc.Prune(file).ShareWeights().HuffmanPack()</c>; each call gives a new estimator.
/// </summary>
public sealed class CompressOnnxEstimator : IEstimator<CompressedOnnxTransformer>
{
    private readonly MLContext _ml;
    private readonly OnnxModel _model;
    private readonly ModelBinding _binding;

    internal CompressOnnxEstimator(MLContext ml, string modelFile, IReadOnlyList<string> outputColumnNames, IReadOnlyList<string> inputColumnNames, CompressOnnxOptions options)
        : this(ml, OnnxModel.Load(modelFile), outputColumnNames, inputColumnNames, options)
    {
    }

    private CompressOnnxEstimator(MLContext ml, OnnxModel model, IReadOnlyList<string> outputColumnNames, IReadOnlyList<string> inputColumnNames, CompressOnnxOptions options)
    {
        (_ml, _model, Options) = (ml, model, options);
        _binding = ModelBinding.Bind(ModelSignature.Of(model), outputColumnNames, inputColumnNames, options.Scoring.Shapes);
    }

    private CompressOnnxEstimator(CompressOnnxEstimator other, CompressOnnxOptions options) =>
        (_ml, _model, _binding, Options) = (other._ml, other._model, other._binding, options);

    /// <summary>The stages and their options.</summary>
    public CompressOnnxOptions Options { get; }

    /// <summary>Adds pruning (Han et al. 2016, section 2).</summary>
    /// <param name="configure">Changes the options, for example <c>o => o with { Sparsity = 0.9 }</c>.</param>
    /// <returns>An estimator with this stage.</returns>
    public CompressOnnxEstimator Prune(Func<PruningOptions, PruningOptions>? configure = null) =>
        new(this, Options with { Pruning = Configure(Options.Pruning ?? new PruningOptions(), configure) });

    /// <summary>Adds weight sharing (Han et al. 2016, section 3).</summary>
    /// <param name="configure">Changes the options, for example <c>o => o with { Bits = 4 }</c>.</param>
    /// <returns>An estimator with this stage.</returns>
    public CompressOnnxEstimator ShareWeights(Func<SharingOptions, SharingOptions>? configure = null) =>
        new(this, Options with { WeightSharing = Configure(Options.WeightSharing ?? new SharingOptions(), configure) });

    /// <summary>Packs with Huffman codes (Han et al. 2016, section 4).</summary>
    /// <returns>An estimator with this stage.</returns>
    public CompressOnnxEstimator HuffmanPack() => new(this, Options with { Packing = EntropyCoder.Huffman });

    /// <summary>Trains on the pipeline's data while the other stages run.</summary>
    /// <param name="configure">Changes the options, for example <c>o => o with { LabelColumnName = "Digit" }</c>.</param>
    /// <returns>An estimator with this stage.</returns>
    public CompressOnnxEstimator FineTune(Func<FineTuningOptions, FineTuningOptions>? configure = null) =>
        new(this, Options with { FineTuning = Configure(Options.FineTuning ?? new FineTuningOptions(), configure) });

    /// <summary>Prunes by what the pipeline's data feeds the weights with (Sun et al. 2023, "Wanda").</summary>
    /// <param name="configure">Changes the options, for example <c>o => o with { Rows = 512 }</c>.</param>
    /// <returns>An estimator with this stage.</returns>
    public CompressOnnxEstimator Calibrate(Func<CalibrationOptions, CalibrationOptions>? configure = null) =>
        new(this, Options with { Calibration = Configure(Options.Calibration ?? new CalibrationOptions(), configure) });

    /// <summary>Lets products compute with 8-bit integers, whose ranges are measured on the pipeline's data.</summary>
    /// <param name="configure">Changes the options, for example <c>o => o with { Rows = 512 }</c>.</param>
    /// <returns>An estimator with this stage.</returns>
    public CompressOnnxEstimator Quantize(Func<QuantizationOptions, QuantizationOptions>? configure = null) =>
        new(this, Options with { Quantization = Configure(Options.Quantization ?? new QuantizationOptions(), configure) });

    /// <summary>Compresses the model, training it where asked to, and makes the transformer. No file is written.</summary>
    /// <param name="input">Data with the input columns and, for training, the label column; without training and calibration no row is read.</param>
    /// <returns>The transformer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or size than its tensor or the labels.</exception>
    /// <exception cref="ArgumentException">The options name a weight that the model does not have.</exception>
    /// <exception cref="InvalidDataException">The model's weights cannot be read.</exception>
    /// <exception cref="InvalidOperationException">There is no row to train or calibrate with, a label is missing or not a class, stages are asked for that exclude each other, or ONNX Runtime cannot run the model.</exception>
    /// <exception cref="NotSupportedException">The model has an operator that cannot be trained, a weight that cannot run compressed, or nothing to quantize.</exception>
    public CompressedOnnxTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (TensorBinding binding in _binding.Inputs)
            InputColumns.Find(binding, input.Schema);

        if (Options is { FineTuning: not null, Calibration: not null })
            throw new InvalidOperationException("Fine-tuning chooses what it prunes itself: ask for FineTuning or Calibration, not both.");
        if (Options is { WeightSharing: not null, Quantization: not null })
            throw new InvalidOperationException("Quantized weights are stored as 8-bit integers: ask for WeightSharing or Quantization, not both.");
        CompressionOptions compression = Compression();
        if (Options.Calibration is { } calibration)
            compression = compression with { InputNorms = InputCalibration.Measure(_model, input, _binding.Inputs, calibration) };
        OnnxModel model = _model;
        ModelBinding bound = _binding;
        if (Options.FineTuning is { } tuning)
        {
            LabelColumn label = LabelColumn.Find(tuning, _binding.Outputs[0], input.Schema);
            model = FineTuner.Train(_model, TrainingRows.Read(input, _binding.Inputs, label), label, Options, tuning);
            compression = compression with { Lossless = true };
            if (label.Classes is int classes && tuning.PredictedLabelColumnName is { } predicted)
                bound = _binding with { PredictedLabel = PredictedLabel.For(predicted, label.Column, classes) };
        }

        if (Options.Quantization is { } quantization)
        {
            OnnxModel pruned = Options.Pruning is null ? model : ModelUnpacker.Unpack(ModelCompressor.Compress(model, compression).Model);
            model = StaticQuantizer.Run(pruned, input, _binding.Inputs, quantization);
            compression = new CompressionOptions { Lossless = true }; // of weights that are left as they were
        }

        CompressionResult result = ModelCompressor.Compress(model, compression);
        return new CompressedOnnxTransformer(_ml, result.Model, result.Report, ModelInspector.Inspect(_model).FileBytes, bound, Options.Scoring);
    }

    /// <summary>The shape of the schema with the columns that the model adds.</summary>
    /// <param name="inputSchema">The shape of the data's schema.</param>
    /// <returns>The shape of the scored data's schema.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than its tensor.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (TensorBinding binding in _binding.Inputs)
            InputColumns.Check(binding, inputSchema);
        IEnumerable<(string, Microsoft.ML.Data.DataViewType)> columns = _binding.Outputs.Select(output => (output.Column, output.OutputType));
        if (Options.FineTuning is { } tuning)
        {
            SchemaShape.Column? label = inputSchema.Cast<SchemaShape.Column?>().FirstOrDefault(column => column!.Value.Name == tuning.LabelColumnName)
                ?? throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Could not find label column '{tuning.LabelColumnName}'.");
            if (label.Value.Kind == SchemaShape.Column.VectorKind.Scalar && tuning.PredictedLabelColumnName is { } predicted && _binding.Outputs[0].RowLength > 1)
                return OutputShapes.AddKey(_ml, OutputShapes.Add(_ml, inputSchema, columns), predicted, label.Value);
        }

        return OutputShapes.Add(_ml, inputSchema, columns);
    }

    private CompressionOptions Compression()
    {
        PackingOptions packing = new() { Coder = Options.Packing };
        CompressionOptions compression = new()
        {
            Default = new WeightOptions { Pruning = Options.Pruning, WeightSharing = Options.WeightSharing, Packing = packing },
            Lossless = Options.Pruning is null && Options.WeightSharing is null,
        };
        return Options.Weights?.Invoke(compression) ?? compression;
    }

    private static T Configure<T>(T options, Func<T, T>? configure) => configure is null ? options : configure(options);
}
