using DeepCompression.OnnxRuntime;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Transforms.Onnx;

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

    /// <summary>
    /// Puts the execution provider for compressed weights under ML.NET's own ONNX transformer: <c>ApplyOnnxModel</c>, and models
    /// that are loaded from now on with this context.
    /// </summary>
    /// <param name="mlContext">The context of the pipeline.</param>
    /// <param name="createSessionOptions">Makes the options that the execution provider is appended to; null for ONNX Runtime's defaults.</param>
    /// <returns>The same context.</returns>
    public static MLContext UseDeepCompression(this MLContext mlContext, Func<SessionOptions>? createSessionOptions = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        mlContext.SetOnnxSessionOption(new OnnxSessionOptions
        {
            CreateSessionOptions = () =>
            {
                SessionOptions options = createSessionOptions?.Invoke() ?? new SessionOptions();
                options.AppendDeepCompression();
                return options;
            },
        });
        return mlContext;
    }
}
