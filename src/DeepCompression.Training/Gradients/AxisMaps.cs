using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>
/// Operators that are a linear map along each axis, one axis after the other: padding with the tensor's own values, and resizing. The
/// matrix of the map is what the operator itself makes of the identity matrix; the gradient is the product with it, the other way.
/// </summary>
internal static class AxisMaps
{
    /// <summary>Padding with a constant is undone by cutting; with the tensor's own values it is a map.</summary>
    public static void Pad(GradientContext c)
    {
        long[] given = c.ConstantInts(1);
        long[] axes = c.Has(3) ? c.ConstantInts(3) : Shapes.Range(c.Rank);
        string mode = c.Node.Text("mode", "constant");
        string gradient = c.Dy;
        long[] cut = new long[2 * c.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = Shapes.Axis(axes[i], c.Rank);
            (long before, long after) = (given[i], given[axes.Length + i]);
            if (mode == "constant")
                (cut[axis], cut[c.Rank + axis]) = (-before, -after);
            else if (before != 0 || after != 0)
                gradient = Back(c, gradient, axis, c.G.Op("Pad", [Identity(c, axis), c.G.Constant(0, before, 0, after)], [("mode", mode)]));
        }

        c.Give(0, mode == "constant" ? c.G.Op("Pad", gradient, c.G.Constant(cut)) : gradient);
    }

    /// <summary>Nearest neighbours by whole factors are a sum over each block; every other way to resize is a map.</summary>
    public static void Resize(GradientContext c)
    {
        if (c.Node.Text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize")
            throw c.NotSupported("coordinate_transformation_mode tf_crop_and_resize is not differentiated.");
        if (c.Node.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
            throw c.NotSupported("only keep_aspect_ratio_policy stretch is differentiated.");
        if (RepeatsPixels(c))
        {
            long[] split = [.. c.XShape.Zip(c.YShape).SelectMany(pair => new[] { pair.First, pair.Second / pair.First })];
            string sum = c.G.Sum(c.G.Reshape(c.Dy, split), [.. Shapes.Range(c.Rank).Select(axis => (2 * axis) + 1)]);
            c.Give(0, c.G.Reshape(sum, c.XShape));
            return;
        }

        string gradient = c.Dy;
        for (int axis = 0; axis < c.Rank; axis++)
        {
            if (Resized(c, axis) is string map)
                gradient = Back(c, gradient, axis, map);
        }

        c.Give(0, gradient);
    }

    private static bool RepeatsPixels(GradientContext c)
    {
        string coordinates = c.Node.Text("coordinate_transformation_mode", "half_pixel");
        return c.Node.Text("mode", "nearest") == "nearest"
            && c.XShape.Zip(c.YShape).All(pair => pair.Second % pair.First == 0)
            && coordinates != "align_corners"
            && (coordinates != "asymmetric" || c.Node.Text("nearest_mode", "round_prefer_floor") == "floor");
    }

    /// <summary>The identity matrix with its columns resized as an axis of the node's input is, [1, 1, size, new size]; null for an axis that stays as it is.</summary>
    private static string? Resized(GradientContext c, int axis)
    {
        long size = c.XShape[axis];
        long[] axes = c.Node.Ints("axes", Shapes.Range(c.Rank));
        int at = Array.FindIndex(axes, given => Shapes.Axis(given, c.Rank) == axis);
        if (at < 0)
            return null;
        string[] target;
        if (c.Has(2))
        {
            float scale = c.ConstantFloats(2)[at];
            if (scale == 1)
                return null;
            target = [c.G.Constant([4], [1, 1, 1, scale])]; // where the new size is no whole number, coordinates still follow the scale
        }
        else if (c.YShape[axis] == size)
        {
            return null;
        }
        else
        {
            target = ["", c.G.Constant(1, 1, size, c.YShape[axis])];
        }

        (string, object)[] attributes = [.. c.Node.Attribute.Where(attribute => attribute.Name != "axes").Select(attribute => (attribute.Name, (object)attribute))];
        return c.G.Op("Resize", [c.G.Reshape(Identity(c, axis), 1, 1, size, size), "", .. target], attributes);
    }

    private static string Identity(GradientContext c, int axis) => c.G.Op("EyeLike", c.G.Expand(c.G.Constant(0f), c.XShape[axis], c.XShape[axis]));

    /// <summary>The gradient before the map of an axis, given that behind it: the map is [size before, size behind], with axes of size 1 before or without.</summary>
    private static string Back(GradientContext c, string gradient, int axis, string map)
    {
        // Maps are undone from the first axis to the last: axes before this one have their old size already, those behind their new one.
        long before = Shapes.Length(c.XShape.AsSpan(0, axis)), behind = Shapes.Length(c.YShape.AsSpan(axis + 1));
        string flat = c.G.Reshape(gradient, before, c.YShape[axis], behind);
        string matrix = c.G.Reshape(map, c.XShape[axis], c.YShape[axis]);
        return c.G.Reshape(c.G.Op("MatMul", matrix, flat), [.. c.XShape[..(axis + 1)], .. c.YShape[(axis + 1)..]]);
    }
}
