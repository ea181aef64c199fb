namespace DeepCompression.Tests.Shared;

/// <summary>Where tests find the project's files and the real models.</summary>
internal static class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of real models: <c>DEEPCOMPRESSION_DATA</c>, or <c>../shared/data</c> beside the project.</summary>
    public static string Data { get; } =
        Environment.GetEnvironmentVariable("DEEPCOMPRESSION_DATA") ?? Path.GetFullPath(Path.Combine(Root, "..", "shared", "data"));

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
