using System.Diagnostics;
using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.OnnxRuntime;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>The first session of a process: what it takes to create and run it once, and what the process then holds.</summary>
/// <param name="Creation">Milliseconds until there is a session, loading ONNX Runtime included.</param>
/// <param name="FirstRun">Milliseconds of the first run.</param>
/// <param name="Resident">Megabytes resident after two runs, less what the process held before.</param>
/// <param name="Peak">Megabytes resident at most, less what the process held before.</param>
internal sealed record SessionProcess(double Creation, double FirstRun, double Resident, double Peak)
{
    /// <summary>The word that makes a process measure itself.</summary>
    public const string Mode = "--first-session";

    private const int Processes = 5; // a side

    /// <summary>Measures compressed and dense sessions in processes of their own, in turn.</summary>
    /// <returns>Medians.</returns>
    public static (SessionProcess Ours, SessionProcess Stock) Measure(ModelCase model, string compressed, string dense)
    {
        List<SessionProcess> ours = [], stock = [];
        for (int i = 0; i < Processes; i++)
        {
            ours.Add(Start(model, compressed, "ours"));
            stock.Add(Start(model, dense, "stock"));
        }

        return (Median(ours), Median(stock));
    }

    /// <summary>The other half: measures this process and prints the numbers.</summary>
    /// <param name="arguments">The model, <c>ours</c> or <c>stock</c>, the input's name, its shape with a cross between dimensions.</param>
    public static void Print(IReadOnlyList<string> arguments)
    {
        long[] shape = [.. arguments[3].Split('x').Select(long.Parse)];
        long before = WorkingSet();
        long start = Stopwatch.GetTimestamp();
        using SessionOptions options = new() { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        InferenceSession created = arguments[1] == "ours" ? CompressedModel.CreateSession(arguments[0], options) : new InferenceSession(arguments[0], options);
        double creation = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        start = Stopwatch.GetTimestamp();
        using ModelSession session = new(created, arguments[2], shape);
        double firstRun = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        session.Run();
        double resident = WorkingSet() - before;
        using Process process = Process.GetCurrentProcess();
        Console.Write(string.Join(' ', new[] { creation, firstRun, resident / 1e6, (process.PeakWorkingSet64 - before) / 1e6 }.Select(value => value.ToString(CultureInfo.InvariantCulture))));
    }

    private static SessionProcess Start(ModelCase model, string path, string side)
    {
        using Process process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, [typeof(SessionProcess).Assembly.Location, "ep", Mode, path, side, model.Input, string.Join('x', model.Shape)])
        { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{model.Name}: the measuring process failed.");
        double[] values = [.. output.Split(' ').Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
        return new SessionProcess(values[0], values[1], values[2], values[3]);
    }

    private static SessionProcess Median(List<SessionProcess> all)
    {
        double Of(Func<SessionProcess, double> value) => Stopwatches.Median([.. all.Select(value)]);
        return new SessionProcess(Of(one => one.Creation), Of(one => one.FirstRun), Of(one => one.Resident), Of(one => one.Peak));
    }

    private static long WorkingSet()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
