using DeepCompression.ExecutionProvider;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime;

/// <summary>Asks the execution provider what it would claim of a model, without building anything.</summary>
internal static class ClaimPreview
{
    /// <summary>Finds the weights that claimed operators read.</summary>
    /// <param name="open">Opens the model.</param>
    /// <param name="options">The session options that the preview is for.</param>
    /// <param name="report">Takes the decisions about operators that are not claimed: they will not be seen again.</param>
    /// <returns>The names of weights; null where the preview was not possible.</returns>
    public static HashSet<string>? Find(Func<SessionOptions, InferenceSession> open, SessionOptions options, DeepCompressionReport report)
    {
        DeepCompressionReport preview = new();
        using SessionOptions previewOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        SessionOptionsExtensions.Append(previewOptions, SessionOptionsExtensions.SettingsOf(options), options.IntraOpNumThreads, preview, planOnly: true);
        try
        {
            open(previewOptions).Dispose();
        }
        catch (OnnxRuntimeException)
        {
            // It ends with an error by design; whether it came as far as planning, the report says.
        }

        if (preview.Decisions.Count == 0)
            return null;
        foreach (NodeDecision decision in preview.Decisions.Where(decision => !decision.IsClaimed))
            report.Add(preview, "", decision);
        return [.. preview.Decisions.Where(decision => decision.IsClaimed && !decision.IsDecodedOnly).SelectMany(decision => decision.Weights)];
    }
}
