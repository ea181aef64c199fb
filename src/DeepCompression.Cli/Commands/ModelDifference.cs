using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.Cli.Commands;

/// <summary>How the weights and the graphs of two models differ.</summary>
/// <param name="Weights">Every weight of either model.</param>
/// <param name="SameGraph">Whether inputs, outputs and nodes other than constants are equal.</param>
internal sealed record ModelDifference(IReadOnlyList<WeightDifference> Weights, bool SameGraph)
{
    public bool IsSame => SameGraph && Weights.All(w => w.State == "same");

    public static ModelDifference Find(OnnxModel left, OnnxModel right, Action<double> progress)
    {
        (left, right) = (ModelUnpacker.Unpack(left), ModelUnpacker.Unpack(right));
        Dictionary<string, Weight> others = WeightWalker.Find(right).ToDictionary(w => w.Path);
        List<WeightDifference> rows = [];
        IReadOnlyList<Weight> weights = WeightWalker.Find(left);
        double done = 0, total = weights.Sum(w => (double)w.Shape.Length);
        foreach (Weight weight in weights)
        {
            progress(total == 0 ? 1 : done / total);
            done += weight.Shape.Length;
            rows.Add(others.Remove(weight.Path, out Weight? other)
                ? Compare(weight, other)
                : new WeightDifference(weight.Path, weight.Shape.ToString(), "only in A", 0, 0, 0, 0));
        }

        rows.AddRange(others.Values.Select(w => new WeightDifference(w.Path, w.Shape.ToString(), "only in B", 0, 0, 0, 0)));
        return new ModelDifference(rows, Skeleton(left.Proto).Equals(Skeleton(right.Proto)));
    }

    private static WeightDifference Compare(Weight a, Weight b)
    {
        if (a.ElementType != b.ElementType || a.Shape != b.Shape)
            return new WeightDifference(a.Path, $"{a.ElementType} {a.Shape} / {b.ElementType} {b.Shape}", "other type or shape", 0, 0, 0, 0);
        ReadOnlySpan<byte> x = a.Read().Span, y = b.Read().Span;
        if (x.SequenceEqual(y))
            return new WeightDifference(a.Path, a.Shape.ToString(), "same", 0, 0, 0, 0);

        float[] before = WeightValues.ToSingle(a.ElementType, x), after = WeightValues.ToSingle(b.ElementType, y);
        double max = 0, change = 0, norm = 0;
        long zeroed = 0, changed = 0;
        for (int i = 0; i < before.Length; i++)
        {
            double difference = Math.Abs((double)before[i] - after[i]);
            max = Math.Max(max, difference);
            change += difference * difference;
            norm += (double)before[i] * before[i];
            changed += before[i] != after[i] ? 1 : 0;
            zeroed += before[i] != 0 && after[i] == 0 ? 1 : 0;
        }

        return new WeightDifference(a.Path, a.Shape.ToString(), "changed", changed, zeroed, max, Math.Sqrt(change / norm));
    }

    // What is left of a model without constants: what it computes, apart from their values.
    private static GraphProto Skeleton(ModelProto proto)
    {
        var skeleton = new GraphProto();
        skeleton.Input.AddRange(proto.Graph.Input);
        skeleton.Output.AddRange(proto.Graph.Output);
        skeleton.Node.AddRange(proto.Graph.Node.Where(node => node.OpType != "Constant"));
        return skeleton;
    }
}
