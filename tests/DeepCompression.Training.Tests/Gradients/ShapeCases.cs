using static DeepCompression.Training.Tests.Gradients.RuleCases;

namespace DeepCompression.Training.Tests.Gradients;

internal static class ShapeCases
{
    public static Dictionary<string, Func<Random, GradientCase>> All { get; } = new()
    {
        ["Reshape"] = r => new GradientCase("Reshape", r).Small(2, 3, 4).Constant(0, -1),
        ["Flatten"] = r => new GradientCase("Flatten", r).Small(2, 3, 4).With("axis", Pick(r, 0, 1, 2)),
        ["Squeeze"] = r => new GradientCase("Squeeze", r).Small(2, 1, 3, 1).Constant(1, -1),
        ["Unsqueeze"] = r => new GradientCase("Unsqueeze", r).Small(2, 3).Constant(0, Pick(r, 2, 3)),
        ["Transpose"] = r => new GradientCase("Transpose", r).Small(2, 3, 4).With("perm", r.Next(2) == 0 ? (long[])[2, 0, 1] : [1, 2, 0]),
        ["Transpose:reversed"] = r => new GradientCase("Transpose", r).Small(2, 3, 4),
        ["Expand"] = r => new GradientCase("Expand", r).Small(3, 1).Constant(2, 3, Pick(r, 1, 4)),
        ["Concat"] = r => new GradientCase("Concat", r).Small(2, 3).Small(2, Pick(r, 1, 2)).Small(2, 2).With("axis", -1L),
        ["Split"] = r => new GradientCase("Split", r, outputs: 2).Small(2, 5).Constant(2, 3).With("axis", 1L),
        ["Slice"] = r => new GradientCase("Slice", r).Small(5, 6).Constant(1, -4).Constant(100, -1).Constant(0, 1),
        ["Slice:steps"] = r => new GradientCase("Slice", r).Small(5, 6).Constant(-1, 1).Constant(-100, 6).Constant(0, 1).Constant(-2, Pick(r, 1, 2, 3)),
        ["Pad"] = r => new GradientCase("Pad", r).Small(3, 4).Constant(1, 0, Pick(r, 0, 2), 1),
        ["Pad:cut"] = r => new GradientCase("Pad", r).Small(3, 4).Constant(-1, 0, 1, -1),
        ["Pad:reflect"] = r => new GradientCase("Pad", r).Small(3, 2, 4).Constant(Pick(r, 0, 2), 0, 1, 1, Pick(r, 0, 1), 3).With("mode", "reflect"),
        ["Pad:edge"] = r => new GradientCase("Pad", r).Small(3, 4).Constant(1, 0, Pick(r, 0, 2), 5).With("mode", "edge"),
        ["Pad:wrap"] = r => new GradientCase("Pad", r).Small(3, 4).Constant(1, 2, 0, 3).With("mode", "wrap"),
        ["Gather"] = r => new GradientCase("Gather", r).Small(4, 3).Ints(4, 2, 3).With("axis", Pick(r, 0, 0)),
        ["Gather:inner axis"] = r => new GradientCase("Gather", r).Small(2, 4, 3).Ints(3, 5).With("axis", Pick(r, 1, 2)),
        ["Gather:scalar"] = r => new GradientCase("Gather", r).Small(4, 3).Ints(4),
        ["GatherElements"] = r => new GradientCase("GatherElements", r).Small(4, 3).Ints(3, 4, 2).With("axis", 1L),
        ["Tile"] = r => new GradientCase("Tile", r).Small(2, 3).Constant(2, Pick(r, 1, 3)),
        ["DepthToSpace"] = r => new GradientCase("DepthToSpace", r).Small(1, 8, 2, 3).With("blocksize", 2L).With("mode", r.Next(2) == 0 ? "DCR" : "CRD"),
        ["Resize"] = r => new GradientCase("Resize", r).Small(1, 2, 3, 2).None().Constant([4], [1, 1, 2, 3]).With("coordinate_transformation_mode", "asymmetric").With("nearest_mode", "floor"),
        ["Resize:half pixel"] = r => new GradientCase("Resize", r).Small(1, 2, 3, 2).None().Constant([4], [1, 1, 2, 2]),
        ["Resize:nearest"] = r => new GradientCase("Resize", r).Small(1, 2, 3, 4).None().None().Constant(1, 2, Pick(r, 2, 5), 7),
        ["Resize:nearest of corners"] = r => new GradientCase("Resize", r).Small(1, 2, 3, 4).None().None().Constant(1, 2, 6, 8).With("coordinate_transformation_mode", "align_corners"),
        ["Resize:linear"] = r => new GradientCase("Resize", r).Small(2, 2, 3, 4).None().None().Constant(2, 2, Pick(r, 2, 5), 6).With("mode", "linear").With("coordinate_transformation_mode", Coordinates(r)),
        ["Resize:linear by a scale"] = r => new GradientCase("Resize", r).Small(1, 2, 5, 4).None().Constant([4], [1, 1, 0.7f, 1.3f]).With("mode", "linear"),
        ["Resize:cubic"] = r => new GradientCase("Resize", r).Small(1, 2, 4, 5).None().None().Constant(1, 2, 7, Pick(r, 3, 8)).With("mode", "cubic").With("coordinate_transformation_mode", Coordinates(r)),
    };

    private static string Coordinates(Random r) => r.Next(3) switch { 0 => "half_pixel", 1 => "align_corners", _ => "asymmetric" };
}
