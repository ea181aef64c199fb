using System.Diagnostics;

namespace DeepCompression.Tests.Kernels;

/// <summary>Runs the tests of the kernels once more in processes whose machine has fewer instructions.</summary>
public sealed class InstructionSetTests
{
    private const string Inner = "DEEPCOMPRESSION_INNER_TESTS"; // keeps the inner runs from starting runs of their own

    [Theory]
    [InlineData("DOTNET_EnableAVX512", "0")]
    [InlineData("DOTNET_EnableAVX2", "0")]
    [InlineData("DOTNET_PreferredVectorBitWidth", "256")] // has the instructions of 512 bits, and avoids them
    public async Task Kernels_WithFewerInstructions_PassTheirTests(string variable, string value)
    {
        if (Environment.GetEnvironmentVariable(Inner) is not null)
            return;
        ProcessStartInfo start = new("dotnet", ["vstest", typeof(InstructionSetTests).Assembly.Location, "--TestCaseFilter:FullyQualifiedName~Kernels.Sparse|FullyQualifiedName~Kernels.Shared|FullyQualifiedName~Kernels.LayerChain"])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[variable] = value;
        start.Environment[Inner] = "1";

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, $"{variable}={value}: {output}{await errors}");
        Assert.Contains("Passed", output, StringComparison.Ordinal);
    }
}
