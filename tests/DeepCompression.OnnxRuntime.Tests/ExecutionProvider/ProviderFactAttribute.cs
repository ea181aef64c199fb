using DeepCompression.ExecutionProvider.Provider;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>A test of the execution provider: skipped where its library was not built, for want of a C compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProviderFactAttribute : FactAttribute
{
    /// <param name="path">What else the test needs; null for nothing.</param>
    public ProviderFactAttribute(string? path = null) => Skip = Reason ?? (path is null || Path.Exists(path) ? null : $"{path} is not on this machine");

    /// <summary>Why tests are skipped; null where they run.</summary>
    public static string? Reason { get; } = LibraryFile.Find() is null ? LibraryFile.Missing : null;
}
