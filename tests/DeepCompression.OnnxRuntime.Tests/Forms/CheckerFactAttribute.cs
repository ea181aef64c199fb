using System.Diagnostics;

namespace DeepCompression.OnnxRuntime.Tests.Forms;

/// <summary>A test that needs the ONNX checker of the Python package <c>onnx</c> (Debian: python3-onnx); without it the test is skipped by name.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CheckerFactAttribute : FactAttribute
{
    public CheckerFactAttribute()
    {
        if (Python is null)
            Skip = "the Python package onnx is not on this machine (Debian: apt-get install python3-onnx)";
    }

    /// <summary>A Python that has the package, or null.</summary>
    public static string? Python { get; } = new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(python => Run(python, "import onnx.checker").Code == 0);

    /// <summary>Runs a line of Python.</summary>
    public static (int Code, string Output) Run(string python, string line)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + errors.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, "");
        }
    }
}
