using DeepCompression.ExecutionProvider;
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
    /// <param name="onSession">Is given the report of each session when its options are made; the report fills when the session is created. Null: nobody.</param>
    /// <returns>The same context.</returns>
    public static MLContext UseDeepCompression(this MLContext mlContext, Func<SessionOptions>? createSessionOptions = null, Action<DeepCompressionReport>? onSession = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        mlContext.SetOnnxSessionOption(new OnnxSessionOptions
        {
            CreateSessionOptions = () =>
            {
                SessionOptions options = createSessionOptions?.Invoke() ?? new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
                DeepCompressionReport report = options.AppendDeepCompression();
                onSession?.Invoke(report);
                return options;
            },
        });
        return mlContext;
    }
}
