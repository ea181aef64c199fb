using System.Globalization;
using System.Runtime.CompilerServices;
using DeepCompression.ExecutionProvider;
using DeepCompression.ExecutionProvider.Provider;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime;

/// <summary>Puts the execution provider for compressed weights under sessions.</summary>
public static class SessionOptionsExtensions
{
    private static readonly Lock _lock = new();
    private static readonly ConditionalWeakTable<SessionOptions, Appended> _appended = [];

    /// <summary>
    /// Lets sessions that are created from these options compute compressed weights without building the dense ones.
    /// What is not faster that way is left to ONNX Runtime. Options that have the provider already keep it.
    /// </summary>
    /// <param name="options">The options of a session.</param>
    /// <param name="deepCompression">How to set the execution provider up; null for the defaults, or for what it was set up with before.</param>
    /// <returns>What is claimed and what is not, and why; it fills when a session is created.</returns>
    /// <exception cref="PlatformNotSupportedException">There is no library for this platform, and <see cref="DeepCompressionOptions.Required"/> is set.</exception>
    /// <exception cref="InvalidOperationException">The options have the provider already, set up differently.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the execution provider, for example because it is older than 1.24.</exception>
    public static DeepCompressionReport AppendDeepCompression(this SessionOptions options, DeepCompressionOptions? deepCompression = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_lock)
        {
            if (_appended.TryGetValue(options, out Appended? before))
            {
                return deepCompression is null || deepCompression == before.Options
                    ? before.Report
                    : throw new InvalidOperationException("These session options have the execution provider already, with other settings.");
            }

            deepCompression ??= new DeepCompressionOptions();
            DeepCompressionReport report = new();
            if ((deepCompression.Threads ?? options.IntraOpNumThreads) != 1)
                CoreDistance.Prepare(); // planning asks
            Append(options, deepCompression, options.IntraOpNumThreads, report);
            _appended.Add(options, new Appended(deepCompression, report));
            return report;
        }
    }

    /// <summary>How the options' execution provider was set up.</summary>
    internal static DeepCompressionOptions SettingsOf(SessionOptions options) =>
        _appended.TryGetValue(options, out Appended? appended) ? appended.Options : new DeepCompressionOptions();

    private static void Append(SessionOptions options, DeepCompressionOptions settings, int sessionThreads, DeepCompressionReport report)
    {
        OrtEpDevice device;
        try
        {
            device = ProviderRegistration.GetDevice();
        }
        catch (PlatformNotSupportedException missing) when (!settings.Required)
        {
            report.Unavailable = missing.Message;
            return;
        }

        Dictionary<string, string> entries = new()
        {
            ["threads"] = (settings.Threads ?? sessionThreads).ToString(CultureInfo.InvariantCulture),
            ["autotune"] = settings.Autotune ? "1" : "0",
            ["kernel"] = settings.Kernel ?? "",
            ["minimum_speedup"] = settings.MinimumSpeedup?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["batch"] = settings.Batch?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["report"] = Published<DeepCompressionReport>.Add(report),
        };
        options.AppendExecutionProvider(OrtEnv.Instance(), [device], entries);
    }

    private sealed record Appended(DeepCompressionOptions Options, DeepCompressionReport Report);
}
