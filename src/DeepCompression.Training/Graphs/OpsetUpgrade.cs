using DeepCompression.Onnx.Schema;

namespace DeepCompression.Training.Graphs;

/// <summary>Rewrites nodes of older operator sets to what they are called in <see cref="GraphBuilder.OpsetVersion"/>.</summary>
/// <param name="graph">Knows the types of the values, and takes the constants that were attributes.</param>
/// <param name="version">The version of the standard operators that the nodes are written in.</param>
internal sealed class OpsetUpgrade(GraphBuilder graph, long version)
{
    /// <summary>The oldest version that is understood: since then operands broadcast as they do today.</summary>
    public const int OldestVersion = 7;

    /// <summary>Adds the node, as one or several of today's, to the graph.</summary>
    public void Add(NodeProto node)
    {
        if (node.Domain is "" or "ai.onnx")
        {
            switch (node.OpType)
            {
                case "Squeeze" or "Unsqueeze" or "ReduceSum" or "ReduceMean" or "ReduceMax" or "ReduceMin" or "ReduceProd" or "ReduceL1"
                    or "ReduceL2" or "ReduceSumSquare" or "ReduceLogSum" or "ReduceLogSumExp": IntsToInput(node, "axes", 1); break;
                case "Split": Split(node); break;
                case "Clip": FloatToInput(node, "min", 1); FloatToInput(node, "max", 2); break;
                case "Pad": IntsToInput(node, "pads", 1); FloatToInput(node, "value", 2); break;
                case "Slice": IntsToInput(node, "starts", 1); IntsToInput(node, "ends", 2); IntsToInput(node, "axes", 3); break;
                case "TopK": CountToInput(node); break;
                case "Upsample": Upsample(node); break;
                case "Resize" when version < 11: node.Input.Insert(1, ""); node.Set("coordinate_transformation_mode", "asymmetric").Set("nearest_mode", "floor"); break;
                case "Softmax" or "LogSoftmax" when version < 13: if (Softmax(node)) return; break;
                case "BatchNormalization": node.Remove("spatial"); node.Remove("is_test"); break;
                case "Dropout": FloatToInput(node, "ratio", 1); break;
                default: break;
            }
        }

        graph.Nodes.Add(node);
    }

    private void IntsToInput(NodeProto node, string name, int place)
    {
        if (!node.Has(name))
            return;
        Place(node, place, graph.Constant(node.Ints(name)));
        node.Remove(name);
    }

    private void FloatToInput(NodeProto node, string name, int place)
    {
        if (!node.Has(name))
            return;
        Place(node, place, graph.Constant(node.Float(name, 0)));
        node.Remove(name);
    }

    private void CountToInput(NodeProto node)
    {
        if (!node.Has("k"))
            return;
        Place(node, 1, graph.Constant([node.Int("k", 1)]));
        node.Remove("k");
    }

    private static void Place(NodeProto node, int place, string value)
    {
        while (node.Input.Count <= place)
            node.Input.Add("");
        node.Input[place] = value;
    }

    /// <summary>The sizes are written out, whichever way they were given.</summary>
    private void Split(NodeProto node)
    {
        int axis = Shapes.Axis(node.Int("axis", 0), graph.Shape(node.Input[0]).Length);
        Place(node, 1, graph.Constant([.. node.Output.Select(output => graph.Shape(output)[axis])]));
        node.Remove("split");
        node.Remove("num_outputs");
    }

    private void Upsample(NodeProto node)
    {
        if (node.Find("scales") is { } scales)
            Place(node, 1, graph.Constant([scales.Floats.Count], [.. scales.Floats]));
        node.Remove("scales");
        node.OpType = "Resize";
        node.Input.Insert(1, "");
        node.Set("coordinate_transformation_mode", "asymmetric").Set("nearest_mode", "floor");
    }

    /// <summary>Before version 13 everything from the axis on was one vector.</summary>
    private bool Softmax(NodeProto node)
    {
        long[] shape = graph.Shape(node.Input[0]);
        int axis = Shapes.Axis(node.Int("axis", 1), shape.Length);
        node.Set("axis", -1L);
        if (axis == shape.Length - 1)
            return false;

        string flat = graph.Reshape(node.Input[0], Shapes.Length(shape.AsSpan(0, axis)), Shapes.Length(shape.AsSpan(axis)));
        long[] flatShape = [Shapes.Length(shape.AsSpan(0, axis)), Shapes.Length(shape.AsSpan(axis))];
        graph.Types[flat] = new TensorType(TensorProtos.Float, flatShape);
        string output = node.Output[0];
        node.Input[0] = flat;
        node.Output[0] = graph.NewName(node.OpType);
        graph.Types[node.Output[0]] = graph.Types[flat];
        graph.Nodes.Add(node);
        NodeProto back = new() { OpType = "Reshape" };
        back.Input.Add([node.Output[0], graph.Constant(shape)]);
        back.Output.Add(output);
        graph.Nodes.Add(back);
        return true;
    }
}
