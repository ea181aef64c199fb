using System.Collections.Frozen;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>Adds the gradients of a node's inputs, given those of its outputs.</summary>
internal delegate void GradientRule(GradientContext context);

/// <summary>The table of all rules: a line or a method an operator.</summary>
internal static class GradientRules
{
    private static readonly FrozenDictionary<string, GradientRule> _rules = new Dictionary<string, GradientRule>[]
    {
        ElementwiseRules.Table, MatrixRules.Table, ConvolutionRules.Table, PoolingRules.Table,
        NormalizationRules.Table, ReductionRules.Table, ShapeRules.Table, RecurrentRules.Table,
    }
    .SelectMany(table => table).ToFrozenDictionary();

    /// <summary>Operators through which nothing flows back: their results do not vary, or only in steps.</summary>
    private static readonly FrozenSet<string> _stops = FrozenSet.Create(
        "Shape", "Size", "ArgMax", "ArgMin", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not", "And", "Or", "Xor",
        "Sign", "Floor", "Ceil", "Round", "ConstantOfShape", "Range", "NonZero", "IsNaN", "IsInf", "OneHot");

    /// <summary>The operators that can be differentiated, by name; those of other domains as <c>domain.name</c>.</summary>
    public static IReadOnlyCollection<string> Operators => _rules.Keys;

    public static bool Stops(NodeProto node) => IsStandard(node) && _stops.Contains(node.OpType);

    public static GradientRule Find(NodeProto node) => _rules.TryGetValue(IsStandard(node) ? node.OpType : $"{node.Domain}.{node.OpType}", out GradientRule? rule)
        ? rule
        : throw new NotSupportedException($"{node.Describe()}: there is no gradient rule for this operator.");

    private static bool IsStandard(NodeProto node) => node.Domain is "" or "ai.onnx";
}
