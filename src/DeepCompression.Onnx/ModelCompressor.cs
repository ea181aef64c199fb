namespace DeepCompression.Onnx;

/// <summary>Compresses the weights of a model: prunes, shares, and stores them in one of the three forms.</summary>
public static class ModelCompressor
{
    /// <summary>Compresses a model.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="options">What is done to which weight; the defaults, which change no value, when null.</param>
    /// <returns>The compressed model, where its bytes are, and what was skipped and why.</returns>
    /// <exception cref="InvalidDataException">The model, its external data or a compressed weight in it is invalid.</exception>
    /// <exception cref="ArgumentException">A weight named in the options is not in the model, or options contradict each other.</exception>
    /// <remarks>Weights are taken one by one: beside the model, the largest weight decides what memory is needed.</remarks>
    public static CompressionResult Compress(OnnxModel model, CompressionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new CompressionOptions();
        var compression = new ModelCompression(model, options);
        return compression.Run();
    }
}
