using DeepCompression;
using DeepCompression.Onnx;
using DeepCompression.Training.Procedures;
using DeepCompression.WeightSharing;

namespace MLNet.DeepCompression;

/// <summary>How an ONNX model is compressed when a pipeline is fitted. A stage that is null is left out.</summary>
public sealed record CompressOnnxOptions
{
    /// <summary>Which weights become zero (Han et al. 2016, section 2). Null, the default: none.</summary>
    public PruningOptions? Pruning { get; init; }

    /// <summary>How weights share values (Han et al. 2016, section 3). Null, the default: they keep their own.</summary>
    public SharingOptions? WeightSharing { get; init; }

    /// <summary>How the packed form is entropy-coded (Han et al. 2016, section 4). Default: <see cref="EntropyCoder.Auto"/>.</summary>
    public EntropyCoder Packing { get; init; } = EntropyCoder.Auto;

    /// <summary>Trains the model on the pipeline's data while it is compressed. Null, the default: compresses without looking at the data.</summary>
    public FineTuningOptions? FineTuning { get; init; }

    /// <summary>
    /// Prunes by what the pipeline's data feeds the weights with, not by magnitude alone. Null, the default: does not look at the data.
    /// Fine-tuning chooses what it prunes itself, so the two exclude each other.
    /// </summary>
    public CalibrationOptions? Calibration { get; init; }

    /// <summary>
    /// Lets products compute with 8-bit integers on ranges measured on the pipeline's data, after pruning and training. Null, the
    /// default: does not. Such weights are stored as integers, so sharing them excludes it.
    /// </summary>
    public QuantizationOptions? Quantization { get; init; }

    /// <summary>Options of single operator types or weights, for example <c>o => o with { ByWeight = ... }</c>; null, the default, for none.</summary>
    public Func<CompressionOptions, CompressionOptions>? Weights { get; init; }

    /// <summary>How the compressed model scores.</summary>
    public OnnxScoringOptions Scoring { get; init; } = new();

    /// <summary>Is told how training goes, a few times a second. Null, the default: nobody.</summary>
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Decides everything in training that is random. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;
}
