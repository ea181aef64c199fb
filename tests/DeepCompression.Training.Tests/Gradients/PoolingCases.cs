using static DeepCompression.Training.Tests.Gradients.RuleCases;

namespace DeepCompression.Training.Tests.Gradients;

internal static class PoolingCases
{
    public static Dictionary<string, Func<Random, GradientCase>> All { get; } = new()
    {
        ["MaxPool"] = r => new GradientCase("MaxPool", r).Distinct(1, 2, 6, 5).With("kernel_shape", (long[])[2, 2]).With("strides", (long[])[2, Pick(r, 2, 3)]),
        ["MaxPool:overlapping"] = r => new GradientCase("MaxPool", r).Distinct(1, 2, 6, 6).With("kernel_shape", (long[])[3, 3]).With("strides", (long[])[Pick(r, 1, 2), 2]).With("pads", (long[])[1, 0, 1, 1]).With("ceil_mode", Pick(r, 0, 1)),
        ["MaxPool:one axis"] = r => new GradientCase("MaxPool", r).Distinct(2, 2, 8).With("kernel_shape", (long[])[3]).With("dilations", (long[])[Pick(r, 1, 2)]),
        ["MaxPool:tiles with pads"] = r => new GradientCase("MaxPool", r).Distinct(1, 2, 4, 4).With("kernel_shape", (long[])[2, 2]).With("strides", (long[])[2, 2]).With("pads", (long[])[1, 1, 1, 1]),
        ["AveragePool"] = r => new GradientCase("AveragePool", r).Small(1, 2, 6, 4).With("kernel_shape", (long[])[2, 2]).With("strides", (long[])[2, 2]),
        ["AveragePool:overlapping"] = r => new GradientCase("AveragePool", r).Small(1, 2, 6, 6).With("kernel_shape", (long[])[3, 2]).With("strides", (long[])[2, 1]).With("pads", (long[])[1, 0, 1, 1]).With("count_include_pad", Pick(r, 0, 1)),
        ["AveragePool:ceil"] = r => new GradientCase("AveragePool", r).Small(1, 2, 6, 6).With("kernel_shape", (long[])[3, 3]).With("strides", (long[])[2, 2]).With("ceil_mode", 1L).With("count_include_pad", Pick(r, 0, 1)).With("pads", (long[])[1, 1, 0, 0]),
        ["GlobalAveragePool"] = r => new GradientCase("GlobalAveragePool", r).Small(2, 3, Pick(r, 1, 4), 3),
        ["GlobalMaxPool"] = r => new GradientCase("GlobalMaxPool", r).Distinct(2, 3, 2, 3),
        ["ReduceSum"] = r => Reduce("ReduceSum", r),
        ["ReduceSum:all"] = r => new GradientCase("ReduceSum", r).Small(2, 3).With("keepdims", Pick(r, 0, 1)),
        ["ReduceMean"] = r => new GradientCase("ReduceMean", r).Small(2, 3, 4).With("axes", (long[])[Pick(r, 0, 1), -1]).With("keepdims", Pick(r, 0, 1)),
        ["ReduceSumSquare"] = r => new GradientCase("ReduceSumSquare", r).Small(2, 3, 4).With("axes", (long[])[1]).With("keepdims", Pick(r, 0, 1)),
        ["ReduceL2"] = r => new GradientCase("ReduceL2", r).Positive(2, 3, 4).With("axes", (long[])[0, 2]).With("keepdims", Pick(r, 0, 1)),
        ["ReduceMax"] = r => new GradientCase("ReduceMax", r).Distinct(2, 3, 4).With("axes", (long[])[1]).With("keepdims", Pick(r, 0, 1)),
        ["ReduceMin"] = r => new GradientCase("ReduceMin", r).Distinct(2, 3, 4).With("axes", (long[])[0, 1]).With("keepdims", Pick(r, 0, 1)),
        ["Softmax"] = r => new GradientCase("Softmax", r).Small(2, 3, 4).With("axis", Pick(r, 0, 1, 2, -1)),
        ["LogSoftmax"] = r => new GradientCase("LogSoftmax", r).Small(2, 3, 4).With("axis", Pick(r, 0, 1, 2, -1)),
    };

    private static GradientCase Reduce(string op, Random r) =>
        new GradientCase(op, r).Small(2, 3, 4).Constant(Pick(r, 0, 1), -1).With("keepdims", Pick(r, 0, 1));
}
