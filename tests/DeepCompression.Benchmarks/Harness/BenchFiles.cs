namespace DeepCompression.Benchmarks.Harness;

/// <summary>Where benchmarks find models and keep what they make.</summary>
public static class BenchFiles
{
    /// <summary>The project's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The path of a real model: below <c>DEEPCOMPRESSION_DATA</c>, or <c>../shared/data</c> beside the project; null where it is absent.</summary>
    public static string? Data(string name)
    {
        string folder = Environment.GetEnvironmentVariable("DEEPCOMPRESSION_DATA") ?? Path.Combine(Root, "..", "shared", "data");
        string path = Path.GetFullPath(Path.Combine(folder, name));
        return File.Exists(path) ? path : null;
    }

    /// <summary>A path below <c>artifacts/bench</c>, whose folder is made.</summary>
    public static string Scratch(string name)
    {
        string path = Path.Combine(Root, "artifacts", "bench", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MLNet.DeepCompression.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No solution above {AppContext.BaseDirectory}.");
    }
}
