namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Tests that use the execution provider run one after another: one of them takes its registration back.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProviderCollection
{
    public const string Name = "execution provider";
}
