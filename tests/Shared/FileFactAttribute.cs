namespace DeepCompression.Tests.Shared;

/// <summary>A test that needs a file which is not part of the project; without it the test is skipped by the file's name.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FileFactAttribute : FactAttribute
{
    /// <param name="path">Absolute, or below <see cref="Repository.Data"/>, or below the project's root if it starts with <c>artifacts/</c>.</param>
    public FileFactAttribute(string path)
    {
        string full = Locate(path);
        if (!Path.Exists(full))
            Skip = $"{full} is not on this machine";
    }

    /// <summary>The absolute path that <paramref name="path"/> means.</summary>
    public static string Locate(string path) =>
        Path.Combine(path.StartsWith("artifacts/", StringComparison.Ordinal) ? Repository.Root : Repository.Data, path);
}
