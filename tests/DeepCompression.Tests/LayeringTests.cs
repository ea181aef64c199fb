using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DeepCompression.Tests;

/// <summary>References point down only; siblings never see each other.</summary>
public sealed partial class LayeringTests
{
    /// <summary>Every project under src, its layer, and the projects and packages it may refer to.</summary>
    private static readonly Dictionary<string, (int Layer, string[] Projects, string[] Packages)> _allowed = new()
    {
        ["DeepCompression"] = (0, [], []),
        ["DeepCompression.Onnx"] = (1, ["DeepCompression"], ["Google.Protobuf", "Grpc.Tools"]),
        ["DeepCompression.ExecutionProvider"] = (1, ["DeepCompression"], []),
        ["DeepCompression.OnnxRuntime"] = (2, ["DeepCompression.Onnx", "DeepCompression.ExecutionProvider"], ["Microsoft.ML.OnnxRuntime"]),
        ["DeepCompression.Training"] = (2, ["DeepCompression.OnnxRuntime"], []),
        ["DeepCompression.Cli"] = (3, ["DeepCompression.Training"], ["System.CommandLine", "Spectre.Console"]),
        ["MLNet.DeepCompression"] = (3, ["DeepCompression.Training"], ["Microsoft.ML", "Microsoft.ML.OnnxTransformer", "Microsoft.ML.OnnxRuntime.Managed"]),
    };

    public static TheoryData<string> Projects => [.. Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectFile_EveryReference_IsAllowed(string project)
    {
        (int _, string[] projects, string[] packages) = _allowed[project];
        XDocument file = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
        Assert.All(Included(file, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)), name => Assert.Contains(name, projects));
        Assert.All(Included(file, "PackageReference"), name => Assert.Contains(name, packages));
    }

    [Fact]
    public void LayerTable_EveryReference_PointsDown()
    {
        // Training may use OnnxRuntime, its neighbour; nothing else looks sideways.
        foreach ((string project, (int layer, string[] projects, _)) in _allowed)
        {
            Assert.All(projects, name => Assert.True(
                _allowed[name].Layer < layer || (project, name) == ("DeepCompression.Training", "DeepCompression.OnnxRuntime"),
                $"{project} refers to {name}"));
        }
    }

    [Fact]
    public void Sources_ExecutionProviderAndAlgorithms_NeverSeeProtobuf()
    {
        foreach (string project in new[] { "DeepCompression", "DeepCompression.ExecutionProvider" })
        {
            foreach (string path in SourceFiles(Path.Combine("src", project)))
                Assert.DoesNotContain("Google.Protobuf", File.ReadAllText(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Sources_Libraries_WriteNothingToTheConsole()
    {
        foreach (string path in SourceFiles("src").Where(path => !path.Contains("DeepCompression.Cli", StringComparison.Ordinal)))
            Assert.False(ConsoleUse().IsMatch(File.ReadAllText(path)), path);
    }

    private static IEnumerable<string> Included(XDocument project, string item) =>
        project.Descendants(item).Select(element => element.Attribute("Include")!.Value);

    private static IEnumerable<string> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"\bConsole\.(Write|Error|Out|Read)")]
    private static partial Regex ConsoleUse();
}
