using static DeepCompression.Training.Tests.Gradients.RuleCases;

namespace DeepCompression.Training.Tests.Gradients;

internal static class LinearCases
{
    public static Dictionary<string, Func<Random, GradientCase>> All { get; } = new()
    {
        ["Gemm"] = Gemm,
        ["Gemm:no bias"] = r => new GradientCase("Gemm", r).Small(3, 4).Small(4, 2),
        ["MatMul"] = r => new GradientCase("MatMul", r).Small(Pick(r, 1, 3), 4).Small(4, 2),
        ["MatMul:one matrix"] = r => new GradientCase("MatMul", r).Small(2, 3, 4).Small(4, 5),
        ["MatMul:batch"] = r => new GradientCase("MatMul", r).Small(2, 1, 3, 4).Small(Pick(r, 1, 3), 4, 2),
        ["MatMul:vector left"] = r => new GradientCase("MatMul", r).Small(4).Small(2, 4, 3),
        ["MatMul:vector right"] = r => new GradientCase("MatMul", r).Small(2, 3, 4).Small(4),
        ["MatMul:vectors"] = r => new GradientCase("MatMul", r).Small(4).Small(4),
        ["MatMul:vector and matrix"] = r => new GradientCase("MatMul", r).Small(4).Small(4, 3),
        ["Conv"] = r => Conv(r, 1),
        ["Conv:groups"] = r => Conv(r, 2),
        ["Conv:depthwise"] = r => new GradientCase("Conv", r).Small(2, 4, 5, 5).Small(4, 1, 3, 3).With("group", 4L).With("pads", (long[])[1, 1, 1, 1]),
        ["Conv:depthwise doubled"] = r => new GradientCase("Conv", r).Small(2, 3, 5, 5).Small(6, 1, 3, 3).With("group", 3L),
        ["Conv:pointwise"] = r => new GradientCase("Conv", r).Small(2, 3, 3, 4).Small(4, 3, 1, 1).Small(4),
        ["Conv:one axis"] = r => new GradientCase("Conv", r).Small(2, 3, 9).Small(2, 3, 3).Small(2).With("strides", (long[])[2]).With("pads", (long[])[1, 2]),
        ["Conv:same"] = r => new GradientCase("Conv", r).Small(1, 2, 6, 5).Small(3, 2, 3, 2).With("auto_pad", r.Next(2) == 0 ? "SAME_UPPER" : "SAME_LOWER").With("strides", (long[])[2, 1]),
        ["Conv:wide pads"] = r => new GradientCase("Conv", r).Small(1, 2, 3, 3).Small(2, 2, 2, 2).With("pads", (long[])[3, 2, 1, 3]),
        ["ConvTranspose"] = r => ConvTranspose(r, 1),
        ["ConvTranspose:groups"] = r => ConvTranspose(r, 2),
        ["ConvTranspose:output padding"] = r => new GradientCase("ConvTranspose", r).Small(1, 2, 3, 3).Small(2, 2, 3, 3).Small(2).With("strides", (long[])[2, 2]).With("pads", (long[])[1, 1, 1, 1]).With("output_padding", (long[])[1, 1]),
    };

    private static GradientCase Gemm(Random r)
    {
        bool transA = r.Next(2) == 1;
        bool transB = r.Next(2) == 1;
        return new GradientCase("Gemm", r).Small(transA ? [4, 3] : [3, 4]).Small(transB ? [2, 4] : [4, 2]).Small(Pick(r, 1, 3), Pick(r, 1, 2))
            .With("transA", transA ? 1L : 0L).With("transB", transB ? 1L : 0L).With("alpha", 0.7f).With("beta", 1.3f);
    }

    private static GradientCase Conv(Random r, long group)
    {
        long kernel = Pick(r, 1, 2, 3);
        return new GradientCase("Conv", r).Small(Pick(r, 1, 2), 2 * group, 7, 6).Small(2 * group, 2, kernel, 2).Small(2 * group)
            .With("group", group).With("strides", (long[])[Pick(r, 1, 2, 3), Pick(r, 1, 2)]).With("dilations", (long[])[Pick(r, 1, 2), Pick(r, 1, 2)])
            .With("pads", (long[])[Pick(r, 0, 1), Pick(r, 0, 1), Pick(r, 0, 1), Pick(r, 0, 2)]);
    }

    private static GradientCase ConvTranspose(Random r, long group) =>
        new GradientCase("ConvTranspose", r).Small(Pick(r, 1, 2), 2 * group, 3, 4).Small(2 * group, 2, 3, 2).Small(2 * group)
            .With("group", group).With("strides", (long[])[Pick(r, 1, 2), Pick(r, 1, 2)]).With("dilations", (long[])[1, Pick(r, 1, 2)])
            .With("pads", (long[])[Pick(r, 0, 1), 0, Pick(r, 0, 1), Pick(r, 0, 1)]);
}
