using DeepCompression.ExecutionProvider.Provider;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>A test of the execution provider: skipped where its library was not built, for want of a C compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProviderFactAttribute : FactAttribute
{
    public ProviderFactAttribute() => Skip = Reason;

    /// <summary>Why tests are skipped; null where they run.</summary>
    public static string? Reason { get; } = LibraryFile.Find() is null ? LibraryFile.Missing : null;
}
