
namespace DeepCompression.Training.Gradients;

/// <summary>Rules for recurrent layers.</summary>
internal static class RecurrentRules
{
    public static Dictionary<string, GradientRule> Table { get; } = new();
}
