
namespace DeepCompression.Training.Gradients;

/// <summary>Rules for normalizations.</summary>
internal static class NormalizationRules
{
    public static Dictionary<string, GradientRule> Table { get; } = new();
}
