using System.Globalization;
using DeepCompression.OnnxRuntime;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>The other half of a memory measurement: runs in a process of its own and prints megabytes.</summary>
internal static class ResidentMemory
{
    /// <param name="arguments">The model, <c>ours</c> or <c>stock</c>, the input's name, its shape with a cross between dimensions.</param>
    public static void Print(IReadOnlyList<string> arguments)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        long[] shape = [.. arguments[3].Split('x').Select(long.Parse)];
        long before = WorkingSet();
        using ModelSession session = new(arguments[1] == "ours" ? CompressedModel.CreateSession(arguments[0], options) : new InferenceSession(arguments[0], options), arguments[2], shape);
        session.Run();
        Console.Write(((WorkingSet() - before) / 1e6).ToString(CultureInfo.InvariantCulture));
    }

    private static long WorkingSet()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
