using System.Globalization;
using DeepCompression.ExecutionProvider;
using DeepCompression.ExecutionProvider.Provider;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime;

/// <summary>Puts the execution provider for compressed weights under sessions.</summary>
public static class SessionOptionsExtensions
{
    /// <summary>
    /// Lets sessions that are created from these options compute compressed weights without building the dense ones.
    /// What is not faster that way is left to ONNX Runtime.
    /// </summary>
    /// <param name="options">The options of a session.</param>
    /// <param name="deepCompression">How to set the execution provider up; null for the defaults.</param>
    /// <returns>What is claimed and what is not, and why; it fills when a session is created.</returns>
    /// <exception cref="PlatformNotSupportedException">There is no library for this platform, and <see cref="DeepCompressionOptions.Required"/> is set.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the execution provider, for example because it is older than 1.24.</exception>
    public static DeepCompressionReport AppendDeepCompression(this SessionOptions options, DeepCompressionOptions? deepCompression = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        deepCompression ??= new DeepCompressionOptions();
        DeepCompressionReport report = new();
        OrtEpDevice device;
        try
        {
            device = ProviderRegistration.GetDevice();
        }
        catch (PlatformNotSupportedException missing) when (!deepCompression.Required)
        {
            report.Unavailable = missing.Message;
            return report;
        }

        Dictionary<string, string> settings = new()
        {
            ["threads"] = (deepCompression.Threads ?? options.IntraOpNumThreads).ToString(CultureInfo.InvariantCulture),
            ["autotune"] = deepCompression.Autotune ? "1" : "0",
            ["kernel"] = deepCompression.Kernel ?? "",
            ["report"] = ProviderOptions.Publish(report),
        };
        options.AppendExecutionProvider(OrtEnv.Instance(), [device], settings);
        return report;
    }
}
