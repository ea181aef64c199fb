namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>A test of the execution provider with data: skipped where its library was not built.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProviderTheoryAttribute : TheoryAttribute
{
    public ProviderTheoryAttribute() => Skip = ProviderFactAttribute.Reason;
}
