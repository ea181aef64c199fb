using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>
/// The bodies of the portable nodes (FORMAT.md, part 1) in operators that mean the same from opset 11 to 25. Only tables of 256
/// bytes are computed with; what is as long as the weight is gathered, summed and scattered.
/// </summary>
internal static class WeightFunctions
{
    /// <summary>The first default opset that has every operator of the bodies: CumSum, Range and ScatterElements came with it.</summary>
    public const int MinOpset = 11;

    private const int ByteValues = 256;

    /// <summary>Makes the function of a node.</summary>
    /// <param name="type">The operator type.</param>
    /// <param name="opset">The version of the default domain that the model imports.</param>
    /// <param name="grouped">Whether some codebook has more than one group; the body without is shorter and faster.</param>
    /// <param name="bfloat16">Whether some codebook is of bfloat16, which runtimes gather, but do not all expand.</param>
    public static FunctionProto Create(string type, long opset, bool grouped, bool bfloat16) => type switch
    {
        NodeDomain.SparseWeight => CreateSparse(opset, grouped, bfloat16),
        NodeDomain.SharedWeight => CreateShared(opset, grouped),
        NodeDomain.PrunedWeight => CreatePruned(opset),
        _ => throw new ArgumentException($"{type} has no function body.", nameof(type)),
    };

    private static FunctionProto CreateSparse(long opset, bool grouped, bool bfloat16)
    {
        var body = new FunctionBuilder(NodeDomain.SparseWeight, opset, "gaps", "codes", "codebook", "shape", "layout");
        string entries = body.Add("Gather", "layout", body.Vector(0));
        string positions = Positions(body, entries);
        string centroids = body.Add("Reshape", "codebook", body.Vector(-1));
        string codes = CodeTable(body, body.Scalar(2));
        string size = CodebookDimension(body, 1);

        // All elements start as centroid 0, which is +0.
        string length = Length(body);
        string dense = bfloat16
            ? body.Add("Gather", centroids, body.Add("Expand", body.Vector32(0), length))
            : body.Add("Expand", body.Add("Gather", centroids, body.Vector(0)), length);
        string values;
        if (grouped)
        {
            string groupLength = body.ToInt32(body.Add("Div", length, body.Add("Gather", body.Add("Shape", "codebook"), body.Scalar(0))));
            string group = body.Add("Div", positions, groupLength);
            string code = Digits(body, codes, "codes", entries);
            values = body.Add("Gather", centroids, body.Add("Add", body.Add("Mul", group, size), code));
        }
        else
        {
            values = Digits(body, body.Add("Gather", centroids, codes), "codes", entries);
        }

        body.Return("Reshape", body.Add("ScatterElements", dense, positions, values), "shape");
        return body.Build();
    }

    private static FunctionProto CreateShared(long opset, bool grouped)
    {
        var body = new FunctionBuilder(NodeDomain.SharedWeight, opset, "codes", "codebook", "shape", "layout");
        string length = Length(body);
        string centroids = body.Add("Reshape", "codebook", body.Vector(-1));
        string codes = CodeTable(body, body.Scalar(0));
        if (!grouped)
        {
            body.Return("Reshape", Digits(body, body.Add("Gather", centroids, codes), "codes", length), "shape");
            return body.Build();
        }

        string groups = CodebookDimension(body, 0);
        string start = body.Add("Mul", body.Add("Range", body.Scalar32(0), groups, body.Scalar32(1)), CodebookDimension(body, 1));
        string column = body.Add("Reshape", start, body.Vector(-1, 1));
        string rows = body.Concat(body.Add("Gather", body.Add("Shape", "codebook"), body.Vector(0)), body.Vector(-1));
        string byGroup = body.Add("Reshape", Digits(body, codes, "codes", length), rows);
        body.Return("Reshape", body.Add("Gather", centroids, body.Add("Add", byGroup, column)), "shape");
        return body.Build();
    }

    private static FunctionProto CreatePruned(long opset)
    {
        var body = new FunctionBuilder(NodeDomain.PrunedWeight, opset, "gaps", "values", "shape", "layout");
        string entries = body.Add("Gather", "layout", body.Vector(0));
        string positions = Positions(body, entries);

        // Padding is the operator that makes zeros of whatever type its input has.
        string none = body.Add("Slice", "values", body.Vector(0), body.Vector(0));
        string dense = body.Add("Pad", none, body.Concat(body.Vector(0), Length(body)));
        body.Return("Reshape", body.Add("ScatterElements", dense, positions, "values"), "shape");
        return body.Build();
    }

    // position(e) = sum of (gap + 1) over entries 0..e, minus 1
    private static string Positions(FunctionBuilder body, string entries)
    {
        string steps = body.Add("Add", DigitTable(body, body.Scalar(1)), body.Scalar32(1));
        string sum = body.Add("CumSum", Digits(body, steps, "gaps", entries), body.Scalar32(0));
        return body.Add("Sub", sum, body.Scalar32(1));
    }

    // Digits that no code uses must still index the codebook.
    private static string CodeTable(FunctionBuilder body, string layoutIndex) =>
        body.Add("Mod", DigitTable(body, layoutIndex), CodebookDimension(body, 1));

    // The digits of every byte, int32[256, 8 / bits]: byte / 2^(bits * i) mod 2^bits.
    private static string DigitTable(FunctionBuilder body, string layoutIndex)
    {
        string bits = body.Add("Gather", "layout", layoutIndex);
        string powersOfTwo = body.Vector32(1, 2, 4, 8, 16, 32, 64, 128, 256);
        string powers = body.Add("Gather", powersOfTwo, body.Add("Range", body.Scalar(0), body.Scalar(8), bits));
        string radix = body.Add("Gather", powersOfTwo, bits);
        string bytes = body.Add("Reshape", body.Add("Range", body.Scalar32(0), body.Scalar32(ByteValues), body.Scalar32(1)), body.Vector(-1, 1));
        return body.Add("Mod", body.Add("Div", bytes, powers), radix);
    }

    private static string Digits(FunctionBuilder body, string table, string packed, string count)
    {
        string digits = body.Add("Gather", table, body.ToInt32(packed));
        return body.Add("Slice", body.Add("Reshape", digits, body.Vector(-1)), body.Vector(0), count);
    }

    private static string CodebookDimension(FunctionBuilder body, long axis) =>
        body.ToInt32(body.Add("Gather", body.Add("Shape", "codebook"), body.Scalar(axis)));

    // The number of elements, int64[1]; the 1 in front makes it right for a scalar too.
    private static string Length(FunctionBuilder body) =>
        body.Add("ReduceProd", body.Concat(body.Vector(1), "shape"));
}
