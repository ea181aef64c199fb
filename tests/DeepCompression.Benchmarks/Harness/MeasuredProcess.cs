using System.Diagnostics;
using System.Globalization;

namespace DeepCompression.Benchmarks.Harness;

/// <summary>A program run once, from start to end, with its time and peak memory.</summary>
/// <param name="Seconds">From start to end, in seconds.</param>
/// <param name="PeakBytes">The most resident memory seen, in bytes; 0 where the system does not tell.</param>
public sealed record MeasuredProcess(double Seconds, long PeakBytes)
{
    /// <summary>Whether the tool was compiled ahead of time (<c>eng/ahead-of-time.sh</c>) after it was built.</summary>
    public static bool ToolIsCompiled => File.GetLastWriteTimeUtc(CompiledTool) > File.GetLastWriteTimeUtc(BuiltTool);

    private static string BuiltTool => Path.Combine(BenchFiles.Root, "artifacts", "bin", "DeepCompression.Cli", "release", "deepcompress.dll");

    private static string CompiledTool => Path.Combine(BenchFiles.Root, "artifacts", "tool", "deepcompress.dll");

    /// <summary>Runs the command-line tool of this project.</summary>
    public static MeasuredProcess Tool(params string[] arguments) => Run("dotnet", [ToolIsCompiled ? CompiledTool : BuiltTool, .. arguments]);

    /// <summary>Runs a program whose output is thrown away.</summary>
    /// <exception cref="InvalidOperationException">The program fails; what it wrote to its error output stands in the message.</exception>
    public static MeasuredProcess Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(5))
            peak = Math.Max(peak, PeakOf(process.Id));
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        process.WaitForExit();
        return process.ExitCode == 0
            ? new MeasuredProcess(seconds, peak)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}");
    }

    /// <summary>Whether a program is installed.</summary>
    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static long PeakOf(int id)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line[6..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it ended between two looks
        }
    }
}
