using DeepCompression.Onnx;
using DeepCompression.WeightSharing;
using Microsoft.ML;

namespace MLNet.DeepCompression;

/// <summary>The estimators of this library: <c>mlContext.DeepCompression()</c>.</summary>
public sealed class DeepCompressionCatalog
{
    private readonly MLContext _ml;

    internal DeepCompressionCatalog(MLContext ml) => _ml = ml;

    /// <summary>Scores with an ONNX model made before: packed, portable or plain.</summary>
    /// <param name="modelFile">The path of the .onnx file.</param>
    /// <param name="outputColumnNames">
    /// The columns to make. They are the model's outputs of these names or, where none bears an output's name, its first
    /// outputs in their order. Null: all outputs under their own names.
    /// </param>
    /// <param name="inputColumnNames">The columns that the model's inputs are read from, likewise; one for each input.</param>
    /// <param name="configure">Changes the options, for example <c>o => o with { BatchSize = 64 }</c>.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not an ONNX model.</exception>
    /// <exception cref="ArgumentException">A column cannot be bound to the model.</exception>
    public ApplyCompressedOnnxEstimator ApplyCompressedOnnxModel(
        string modelFile,
        string[]? outputColumnNames = null,
        string[]? inputColumnNames = null,
        Func<OnnxScoringOptions, OnnxScoringOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelFile);
        OnnxScoringOptions options = new();
        return new(_ml, modelFile, outputColumnNames ?? [], inputColumnNames ?? [], configure?.Invoke(options) ?? options);
    }

    /// <summary>Compresses an ONNX model when the pipeline is fitted, and scores with it.</summary>
    /// <param name="modelFile">The path of the .onnx file.</param>
    /// <param name="outputColumnNames">The columns to make, as in <see cref="ApplyCompressedOnnxModel"/>.</param>
    /// <param name="inputColumnNames">The columns that the model's inputs are read from.</param>
    /// <param name="configure">Changes the options: the stages, fine-tuning, scoring.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not an ONNX model.</exception>
    /// <exception cref="ArgumentException">A column cannot be bound to the model.</exception>
    public CompressOnnxEstimator CompressOnnxModel(
        string modelFile,
        string[]? outputColumnNames = null,
        string[]? inputColumnNames = null,
        Func<CompressOnnxOptions, CompressOnnxOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelFile);
        CompressOnnxOptions options = new();
        return new(_ml, modelFile, outputColumnNames ?? [], inputColumnNames ?? [], configure?.Invoke(options) ?? options);
    }

    /// <summary>Prunes an ONNX model when the pipeline is fitted, and scores with it; further stages can be chained.</summary>
    /// <param name="modelFile">The path of the .onnx file.</param>
    /// <param name="outputColumnNames">The columns to make, as in <see cref="ApplyCompressedOnnxModel"/>.</param>
    /// <param name="inputColumnNames">The columns that the model's inputs are read from.</param>
    /// <param name="configure">Changes the options, for example <c>o => o with { Sparsity = 0.9 }</c>.</param>
    /// <returns>The estimator.</returns>
    public CompressOnnxEstimator Prune(
        string modelFile, string[]? outputColumnNames = null, string[]? inputColumnNames = null, Func<PruningOptions, PruningOptions>? configure = null) =>
        CompressOnnxModel(modelFile, outputColumnNames, inputColumnNames).Prune(configure);

    /// <summary>Shares the weights of an ONNX model when the pipeline is fitted, and scores with it; further stages can be chained.</summary>
    /// <param name="modelFile">The path of the .onnx file.</param>
    /// <param name="outputColumnNames">The columns to make, as in <see cref="ApplyCompressedOnnxModel"/>.</param>
    /// <param name="inputColumnNames">The columns that the model's inputs are read from.</param>
    /// <param name="configure">Changes the options, for example <c>o => o with { Bits = 4 }</c>.</param>
    /// <returns>The estimator.</returns>
    public CompressOnnxEstimator ShareWeights(
        string modelFile, string[]? outputColumnNames = null, string[]? inputColumnNames = null, Func<SharingOptions, SharingOptions>? configure = null) =>
        CompressOnnxModel(modelFile, outputColumnNames, inputColumnNames).ShareWeights(configure);

    /// <summary>Packs an ONNX model with Huffman codes, changing no value, when the pipeline is fitted, and scores with it; further stages can be chained.</summary>
    /// <param name="modelFile">The path of the .onnx file.</param>
    /// <param name="outputColumnNames">The columns to make, as in <see cref="ApplyCompressedOnnxModel"/>.</param>
    /// <param name="inputColumnNames">The columns that the model's inputs are read from.</param>
    /// <returns>The estimator.</returns>
    public CompressOnnxEstimator HuffmanPack(string modelFile, string[]? outputColumnNames = null, string[]? inputColumnNames = null) =>
        CompressOnnxModel(modelFile, outputColumnNames, inputColumnNames).HuffmanPack();
}
