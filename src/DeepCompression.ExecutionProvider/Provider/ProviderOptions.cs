using System.Globalization;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>The provider options of one session.</summary>
internal sealed unsafe class ProviderOptions
{
    private ProviderOptions(int threads, bool autotune, VectorWidth width, DeepCompressionReport report)
    {
        (Threads, Autotune, Report) = (threads, autotune, report);
        KernelOptions = new KernelOptions { Width = width, Degree = threads };
    }

    /// <summary>The session option that says, with any text, that nothing is left to be claimed.</summary>
    public static string DecidedEntry { get; } = Key("decided");

    /// <summary>Threads that share one operator.</summary>
    public int Threads { get; }

    /// <summary>Whether operators are measured instead of estimated.</summary>
    public bool Autotune { get; }

    /// <summary>How kernels are built.</summary>
    public KernelOptions KernelOptions { get; }

    /// <summary>When operators are claimed.</summary>
    public ClaimPolicy Policy { get; private init; } = new();

    /// <summary>Where decisions go.</summary>
    public DeepCompressionReport Report { get; }

    /// <summary>Whether what is to be claimed was taken out of the model before the session.</summary>
    public bool IsDecided { get; private set; }

    /// <summary>Reads the options that a session was created with.</summary>
    /// <exception cref="NotSupportedException">An option has a value that is not understood.</exception>
    public static ProviderOptions Read(OrtRuntime ort, OrtSessionOptions* session)
    {
        DeepCompressionReport? report = Published<DeepCompressionReport>.Find(Entry(ort, session, "report"));
        ProviderOptions options = Parse(Entry(ort, session, "threads"), Entry(ort, session, "autotune"), Entry(ort, session, "kernel"), Entry(ort, session, "minimum_speedup"), Entry(ort, session, "batch"), report ?? new DeepCompressionReport());
        options.IsDecided = Entry(ort, session, "decided").Length > 0;
        return options;
    }

    /// <summary>Reads options as they are written for a session; an empty text is one that is not given.</summary>
    /// <exception cref="NotSupportedException">An option has a value that is not understood.</exception>
    public static ProviderOptions Parse(string threads, string autotune, string kernel, string minimumSpeedup, string batch, DeepCompressionReport report)
    {
        int degree = 0;
        if (threads.Length > 0 && (!int.TryParse(threads, NumberStyles.None, CultureInfo.InvariantCulture, out degree) || degree > 1024))
            throw new NotSupportedException($"provider option threads is a number of threads, 0 for one a processor; found '{threads}'");
        if (autotune is not ("" or "0" or "1"))
            throw new NotSupportedException($"provider option autotune is 0 or 1; found '{autotune}'");

        int count = degree > 0 ? degree : Environment.ProcessorCount;
        ClaimPolicy policy;
        if (minimumSpeedup.Length > 0)
        {
            if (!double.TryParse(minimumSpeedup, NumberStyles.Float, CultureInfo.InvariantCulture, out double least) || !(least >= 0))
                throw new NotSupportedException($"provider option minimum_speedup is a number of at least 0; found '{minimumSpeedup}'");
            policy = new ClaimPolicy { MinimumSpeedup = least, MinimumSpeedupPacked = least };
        }
        else
        {
            policy = ClaimPolicy.For(count, count > 1 ? CoreDistance.Nanoseconds : 0);
        }

        if (batch.Length > 0)
        {
            if (!int.TryParse(batch, NumberStyles.None, CultureInfo.InvariantCulture, out int samples) || samples < 1)
                throw new NotSupportedException($"provider option batch is a number of samples of at least 1; found '{batch}'");
            policy = policy with { Batch = samples };
        }

        VectorWidth width;
        try
        {
            width = kernel.Length == 0 ? KernelDispatch.Selected : KernelDispatch.Parse(kernel);
        }
        catch (ArgumentException unknown)
        {
            throw new NotSupportedException($"provider option kernel: {unknown.Message}", unknown);
        }

        return new ProviderOptions(count, autotune == "1", width, report) { Policy = policy };
    }

    // Where ONNX Runtime keeps the options given with an execution provider.
    private static string Key(string name) => $"ep.{DeepCompressionProvider.Name.ToLowerInvariant()}.{name}";

    private static string Entry(OrtRuntime ort, OrtSessionOptions* session, string name) => ort.GetSessionConfigEntry(session, Key(name)) ?? "";
}
