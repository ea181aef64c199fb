using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DeepCompression.Benchmarks.Harness;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>Runs a measurement in a process of its own, so that it sees nothing of the others' memory.</summary>
internal static class ChildProcess
{
    private const string Switch = "--child";

    private static readonly Dictionary<string, Func<string[], double[]>> _jobs = new()
    {
        ["resident"] = ResidentRows.Measure,
        ["cycles"] = CycleRows.Measure,
    };

    /// <summary>Does the job that the arguments name, if they do.</summary>
    /// <returns>The exit code, or null where the arguments are none of ours.</returns>
    public static int? TryRun(string[] args)
    {
        if (args is not [Switch, string job, ..])
            return null;
        Console.WriteLine(JsonSerializer.Serialize(_jobs[job](args[2..])));
        return 0;
    }

    /// <summary>Starts this program for one job and gives the numbers that it measured.</summary>
    public static double[] Start(string job, string[] arguments, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        foreach (string argument in (string[])[Switch, job, .. arguments])
            start.ArgumentList.Add(argument);
        string temporary = BenchFiles.Scratch("mlnet/tmp/.");
        Directory.CreateDirectory(temporary);
        start.Environment["TMPDIR"] = temporary;
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<double[]>(output.Trim().Split('\n')[^1])!
            : throw new InvalidOperationException($"The measurement '{job}' ended with {process.ExitCode}.");
    }

    /// <summary>Resident memory of this process, in bytes, garbage not counted.</summary>
    public static long ResidentBytes()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line[6..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
