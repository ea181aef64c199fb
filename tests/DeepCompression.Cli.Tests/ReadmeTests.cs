using Google.Protobuf;

namespace DeepCompression.Cli.Tests;

public sealed class ReadmeTests
{
    /// <summary>Every command line of the tool in the README, its file names as they stand there.</summary>
    public static TheoryData<string> Lines => [.. File.ReadLines(Path.Combine(Repository.Root, "README.md"))
        .Select(line => line.Trim())
        .Where(line => line.StartsWith("deepcompress ", StringComparison.Ordinal))
        .Select(line => line.Split('#')[0].Trim())
        .Distinct()];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Run_LineOfTheReadme_Succeeds(string line)
    {
        using var tool = new Tool();
        File.WriteAllBytes(tool["pruned.onnx"], Tool.Mlp(shared: true).ToByteArray());
        File.WriteAllBytes(tool["samples.npy"], Tool.Npy([.. Enumerable.Range(0, 32).Select(i => i / 32f)]));
        File.WriteAllText(tool["recipe.json"], """{ "default": { "sparsity": 0.5, "bits": 6 } }""");
        IEnumerable<string> rows = Enumerable.Range(0, 256).Select(i => string.Join(',', Enumerable.Range(0, 32).Select(column => column % 10 == i % 10 ? 1 : 0).Append(i % 10)));
        File.WriteAllLines(tool["train.csv"], rows.Prepend(string.Join(',', Enumerable.Range(0, 32).Select(column => $"x{column}").Append("label"))));
        // What the lines before it leave behind.
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--bits", "8"));
        Assert.Equal(0, tool.Run([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..], .. line.Contains(" -o ", StringComparison.Ordinal) ? new[] { "--force" } : []]));
    }
}
