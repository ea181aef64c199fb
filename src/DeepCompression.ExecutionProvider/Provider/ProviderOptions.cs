using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>The provider options of one session.</summary>
internal sealed unsafe class ProviderOptions
{
    private static readonly ConcurrentDictionary<string, WeakReference<DeepCompressionReport>> _reports = new();
    private static long _reportCount;

    private ProviderOptions(int threads, bool autotune, VectorWidth width, DeepCompressionReport report)
    {
        (Threads, Autotune, Report) = (threads, autotune, report);
        KernelOptions = new KernelOptions { Width = width, Degree = threads };
    }

    /// <summary>Threads that share one operator.</summary>
    public int Threads { get; }

    /// <summary>Whether operators are measured instead of estimated.</summary>
    public bool Autotune { get; }

    /// <summary>Whether the session only decides and then fails.</summary>
    public bool PlanOnly { get; private init; }

    /// <summary>How kernels are built.</summary>
    public KernelOptions KernelOptions { get; }

    /// <summary>When operators are claimed.</summary>
    public ClaimPolicy Policy { get; private init; } = new();

    /// <summary>Where decisions go.</summary>
    public DeepCompressionReport Report { get; }

    /// <summary>Makes a report reachable by a session option; it is forgotten when nobody else holds it.</summary>
    public static string Publish(DeepCompressionReport report)
    {
        foreach ((string known, WeakReference<DeepCompressionReport> reference) in _reports)
        {
            if (!reference.TryGetTarget(out _))
                _reports.TryRemove(known, out _);
        }

        string key = Interlocked.Increment(ref _reportCount).ToString(CultureInfo.InvariantCulture);
        _reports[key] = new WeakReference<DeepCompressionReport>(report);
        return key;
    }

    /// <summary>Reads the options that a session was created with.</summary>
    /// <exception cref="NotSupportedException">An option has a value that is not understood.</exception>
    public static ProviderOptions Read(OrtRuntime ort, OrtSessionOptions* session)
    {
        string threads = Entry(ort, session, "threads");
        string autotune = Entry(ort, session, "autotune");
        string kernel = Entry(ort, session, "kernel");
        int degree = 0;
        if (threads.Length > 0 && (!int.TryParse(threads, NumberStyles.None, CultureInfo.InvariantCulture, out degree) || degree > 1024))
            throw new NotSupportedException($"provider option threads is a number of threads, 0 for one a processor; found '{threads}'");
        if (autotune is not ("" or "0" or "1"))
            throw new NotSupportedException($"provider option autotune is 0 or 1; found '{autotune}'");

        int count = degree > 0 ? degree : Environment.ProcessorCount;
        ClaimPolicy policy = ClaimPolicy.For(count);
        if (Entry(ort, session, "minimum_speedup") is { Length: > 0 } speedup)
        {
            if (!double.TryParse(speedup, NumberStyles.Float, CultureInfo.InvariantCulture, out double least) || !(least >= 0))
                throw new NotSupportedException($"provider option minimum_speedup is a number of at least 0; found '{speedup}'");
            policy = new ClaimPolicy { MinimumSpeedup = least, MinimumSpeedupPacked = least };
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

        // Who only plans will unpack what is not claimed: a packed weight then has the same alternative as any other.
        bool planOnly = Entry(ort, session, "plan") == "1";
        if (planOnly)
            policy = policy with { MinimumSpeedupPacked = policy.MinimumSpeedup };

        DeepCompressionReport? report = null;
        if (_reports.TryGetValue(Entry(ort, session, "report"), out WeakReference<DeepCompressionReport>? reference))
            reference.TryGetTarget(out report);
        return new ProviderOptions(count, autotune == "1", width, report ?? new DeepCompressionReport()) { Policy = policy, PlanOnly = planOnly };
    }

    private static string Entry(OrtRuntime ort, OrtSessionOptions* session, string name)
    {
        // Where ONNX Runtime keeps the options given with an execution provider.
        byte[] key = Encoding.UTF8.GetBytes($"ep.{DeepCompressionProvider.Name.ToLowerInvariant()}.{name}\0");
        byte* value = stackalloc byte[256];
        nuint size = 256;
        fixed (byte* keyBytes = key)
        {
            OrtStatus* status = ort.Api->GetSessionConfigEntry(session, keyBytes, value, &size);
            if (status == null)
                return OrtRuntime.ToString(value);
            ort.Api->ReleaseStatus(status); // not given
            return "";
        }
    }
}
