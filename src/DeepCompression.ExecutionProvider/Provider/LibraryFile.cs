namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>Finds the trampoline among the files of the application.</summary>
internal static class LibraryFile
{
    private static readonly string _name = OperatingSystem.IsWindows() ? "deepcompression_ep.dll" : OperatingSystem.IsMacOS() ? "libdeepcompression_ep.dylib" : "libdeepcompression_ep.so";

    /// <summary>What is said where there is none.</summary>
    public static string Missing =>
        $"The execution provider has no library for {DeepCompressionProvider.Platform} ({_name} is not in runtimes/{DeepCompressionProvider.Platform}/native of the application); compressed models run inlined, as on any ONNX Runtime.";

    /// <summary>The absolute path, or null.</summary>
    public static string? Find() => Candidates().FirstOrDefault(File.Exists);

    private static IEnumerable<string> Candidates()
    {
        string inPackage = Path.Combine("runtimes", DeepCompressionProvider.Platform, "native", _name);
        yield return Path.Combine(AppContext.BaseDirectory, inPackage);
        yield return Path.Combine(AppContext.BaseDirectory, _name);

        // Where the host found native libraries of packages, for an application that is not published.
        string folders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (string folder in folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return Path.GetFullPath(Path.Combine(folder, _name));
    }
}
