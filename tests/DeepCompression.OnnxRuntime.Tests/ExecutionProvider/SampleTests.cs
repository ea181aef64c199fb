using System.Reflection;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>The sample runs to its end; not beside other tests, because what it prints is read.</summary>
[Collection(nameof(SampleTests))]
[CollectionDefinition(nameof(SampleTests), DisableParallelization = true)]
public sealed class SampleTests
{
    [ProviderFact]
    public void CompressedInference_WithoutArguments_PrintsWhatWasClaimed()
    {
        TextWriter before = Console.Out;
        using StringWriter output = new();
        Console.SetOut(output);
        try
        {
            Assembly.Load("CompressedInference").EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(before);
        }

        string[] lines = output.ToString().Split('\n');
        Assert.Contains(lines, line => line.StartsWith("claimed", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("compressed ", StringComparison.Ordinal));
    }
}
