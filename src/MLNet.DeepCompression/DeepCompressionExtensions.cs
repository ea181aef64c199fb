using Microsoft.ML;

namespace MLNet.DeepCompression;

/// <summary>Where this library hangs on ML.NET.</summary>
public static class DeepCompressionExtensions
{
    /// <summary>The estimators that compress ONNX models and score with them.</summary>
    /// <param name="mlContext">The context of the pipeline.</param>
    /// <returns>The catalog.</returns>
    public static DeepCompressionCatalog DeepCompression(this MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return new DeepCompressionCatalog(mlContext);
    }
}
