using System.Text;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Location = DeepCompression.Onnx.Schema.TensorProto.Types.DataLocation;
using Stored = DeepCompression.ExecutionProvider.Weights.WeightNode;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>
/// Makes of a model what a session is created from: weights that are not computed with are dense again, and the bytes of
/// tensors are handed over in memory instead of being written into a message that ONNX Runtime would read and copy them from.
/// </summary>
/// <param name="model">The model; it is changed.</param>
/// <param name="plan">What stays compressed.</param>
/// <param name="tensors">Takes the bytes of tensors; null leaves them in the model.</param>
internal sealed class SessionModel(OnnxModel model, ModelPlan plan, SessionTensors? tensors)
{
    private const int FirstWithConstants = 4; // IR version from which initializers need not be inputs
    private const int SmallestHandedOver = 1024; // bytes

    private GraphProto Graph => model.Proto.Graph;

    /// <summary>The weights that the session gets in memory, by the value that they are.</summary>
    public static Dictionary<string, Stored> Prepared(OnnxModel model, ModelPlan plan) =>
        model.Proto.Graph.Node.Where(plan.Claimed.ContainsKey).ToDictionary(node => node.Output[0], node => plan.Claimed[node]);

    /// <summary>Puts the weights back that are declined, moves the bytes of the others, and has the kernels built.</summary>
    /// <param name="kernels">The kernels of what is claimed; null for none.</param>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public void Prepare(PreparedKernels? kernels)
    {
        RestoreElsewhere();
        List<Action> dense = ReplaceWeights();
        HandOver();
        Unpack(dense, kernels);
        DropFunctions();
    }

    // In subgraphs and functions, and what could not be read: seldom there, or the reason why this fails.
    private void RestoreElsewhere()
    {
        WeightNode[] nodes = [.. WeightNodeWalker.Find(model).Where(node => !plan.Claimed.ContainsKey(node.Node) && !(plan.Declined.ContainsKey(node.Node) && node.Scope.Graph == Graph))];
        if (nodes.Length == 0)
            return;
        WeightReplacer replacer = new(model);
        foreach (WeightNode node in nodes)
        {
            (ElementType type, TensorShape shape, byte[] dense) = node.DecodeDense();
            replacer.Restore(node, type, shape, dense);
        }

        replacer.Finish();
    }

    private List<Action> ReplaceWeights()
    {
        NodeProto[] declined = [.. Graph.Node.Where(plan.Declined.ContainsKey)];
        NodeProto[] kept = [.. Graph.Node.Where(node => !plan.Declined.ContainsKey(node))];
        NodeProto[] prepared = [.. Graph.Node.Where(plan.Claimed.ContainsKey)];
        HashSet<string> abandoned = [.. declined.Concat(prepared).SelectMany(node => node.Input)];
        abandoned.ExceptWith(kept.Where(node => !plan.Claimed.ContainsKey(node)).SelectMany(ModelNode.NamesRead));
        abandoned.ExceptWith(Graph.Output.Select(output => output.Name));
        HashSet<string> initializers = [.. Graph.Initializer.Select(tensor => tensor.Name)];
        Set(Graph.Node, kept.Where(node => node.OpType != "Constant" || !abandoned.Contains(node.Output[0])));
        Set(Graph.Initializer, Graph.Initializer.Where(tensor => !abandoned.Contains(tensor.Name)));
        Set(Graph.Input, Graph.Input.Where(input => !abandoned.Contains(input.Name) && (model.Proto.IrVersion >= FirstWithConstants || !initializers.Contains(input.Name))));
        model.Proto.IrVersion = Math.Max(model.Proto.IrVersion, FirstWithConstants);

        Replace(prepared);
        List<Action> dense = [];
        Array.Sort(declined, (a, b) => plan.Declined[b].DenseBytes.CompareTo(plan.Declined[a].DenseBytes));
        foreach (NodeProto node in declined)
        {
            Stored weight = plan.Declined[node];
            TensorProto tensor = new() { Name = node.Output[0], DataType = (int)weight.ElementType };
            tensor.Dims.AddRange(weight.Shape.Dimensions.ToArray());
            Graph.Initializer.Add(tensor);
            Memory<byte> destination = Allocate(tensor, checked((int)weight.DenseBytes));
            dense.Add(() => weight.CopyDenseTo(destination));
        }

        return dense;
    }

    private Memory<byte> Allocate(TensorProto tensor, int bytes)
    {
        if (tensors is null || bytes < SmallestHandedOver)
        {
            byte[] memory = GC.AllocateUninitializedArray<byte>(bytes);
            tensor.RawData = UnsafeByteOperations.UnsafeWrap(memory);
            return memory;
        }

        tensor.ClearRawData();
        tensor.DataLocation = Location.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "memory" });
        return tensors.Add(tensor.Name, tensor.DataType, [.. tensor.Dims], bytes);
    }

    private void HandOver()
    {
        HashSet<string> inputs = [.. Graph.Input.Select(input => input.Name)];
        foreach (TensorProto tensor in Graph.Initializer)
        {
            if (tensors is null || tensor.RawData.Length < SmallestHandedOver || inputs.Contains(tensor.Name) || tensor.RawData.Length != BytesOf(tensor))
                continue;
            ReadOnlyMemory<byte> content = tensor.RawData.Memory;
            content.CopyTo(Allocate(tensor, content.Length));
        }
    }

    // Long weights first, so that no processor has one left when the others are done.
    private void Unpack(List<Action> dense, PreparedKernels? kernels)
    {
        try
        {
            if (kernels is null)
                WorkSharing.ForEach(dense.Count, -1, i => dense[i]());
            else
                kernels.Build(dense);
        }
        catch (InvalidDataException damage)
        {
            throw new InvalidDataException($"{model.Name}: {damage.Message}", damage);
        }
    }

    // The session is given the weight itself. Its node becomes the one for which the execution provider alone has an operator, without
    // a function that the runtime would look into. No two nodes have the same input, or they would be taken for one.
    private void Replace(NodeProto[] nodes)
    {
        HashSet<string> declared = [.. Graph.ValueInfo.Concat(Graph.Output).Select(value => value.Name)];
        foreach (NodeProto node in nodes)
        {
            Stored weight = plan.Claimed[node];
            byte[] name = Encoding.UTF8.GetBytes(node.Output[0]);
            TensorProto key = new() { Name = node.Output[0] + ".prepared", DataType = (int)TensorProto.Types.DataType.Uint8, Dims = { name.Length }, RawData = UnsafeByteOperations.UnsafeWrap(name) };
            Graph.Initializer.Add(key);
            node.OpType = NodeDomain.PackedWeight;
            node.Input.Clear();
            node.Input.Add(key.Name);
            if (!declared.Add(node.Output[0]))
                continue;
            TypeProto.Types.Tensor type = new() { ElemType = (int)weight.ElementType, Shape = new TensorShapeProto() };
            foreach (long dimension in weight.Shape.Dimensions)
                type.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dimension });
            Graph.ValueInfo.Add(new ValueInfoProto { Name = node.Output[0], Type = new TypeProto { TensorType = type } });
        }
    }

    private void DropFunctions()
    {
        HashSet<string> used = [.. plan.Claimed.Keys.Select(node => node.OpType)];
        Set(model.Proto.Functions, model.Proto.Functions.Where(function => function.Domain != NodeDomain.Name || used.Contains(function.Name)));
    }

    private static long BytesOf(TensorProto tensor)
    {
        try
        {
            return TensorTypes.GetBytes(tensor.DataType, TensorTypes.CountElements(tensor));
        }
        catch (Exception unknown) when (unknown is NotSupportedException or InvalidDataException or OverflowException)
        {
            return -1; // ONNX Runtime says what is wrong with it
        }
    }

    private static void Set<T>(RepeatedField<T> list, IEnumerable<T> content)
    {
        T[] items = [.. content];
        list.Clear();
        list.AddRange(items);
    }
}
