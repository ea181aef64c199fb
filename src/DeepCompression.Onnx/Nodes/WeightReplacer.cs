using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using Google.Protobuf.Collections;
using AttributeType = DeepCompression.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace DeepCompression.Onnx;

/// <summary>
/// Puts a node in the place of a dense weight, another node in the place of a node, or the dense weight back. Everything else in
/// the graph stays. The first input of a node takes the place of the initializer among the initializers, so that putting
/// the weight back restores their order; a Constant node becomes the weight's node itself.
/// </summary>
/// <param name="model">The model to change.</param>
internal sealed class WeightReplacer(OnnxModel model)
{
    private readonly Dictionary<GraphProto, int> _inserted = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _abandoned = [];

    /// <summary>Replaces a dense weight by a node.</summary>
    public void Replace(Weight weight, NodeContent content)
    {
        WeightOrigin origin = WeightOrigin.Of(weight);
        NodeProto node = weight.ConstantNode ?? InsertNode(weight);
        TensorProto first = weight.Tensor ?? new TensorProto();
        if (weight.Place != WeightPlace.Initializer && weight.Scope.Graph is { } graph)
            graph.Initializer.Add(first);
        node.Attribute.Clear();
        origin.WriteTo(node);
        SetInputs(weight.Scope, node, content, first);
        if (weight.Scope.Graph is { } owner)
            RenameGraphInput(owner, weight.Name, node.Input[0], content.Inputs[0]);
    }

    /// <summary>Replaces a node by another that stands for the same weight.</summary>
    public void Replace(WeightNode node, NodeContent content)
    {
        _abandoned.UnionWith(node.Node.Input);
        PackedDeclaration.Remove(node);
        TensorProto? first = node.Node.Input.Count > 0 && node.Scope.Graph is { } graph && CountUses(node.Scope, node.Node.Input[0]) == 1
            ? graph.Initializer.FirstOrDefault(tensor => tensor.Name == node.Node.Input[0])
            : null;
        string? oldName = first?.Name;
        node.Node.Input.Clear();
        SetInputs(node.Scope, node.Node, content, first);
        if (oldName is not null && node.Scope.Graph is { } owner)
            RenameGraphInput(owner, oldName, node.Node.Input[0], content.Inputs[0]);
    }

    /// <summary>Puts the dense weight back where it was.</summary>
    public void Restore(WeightNode node, ElementType type, TensorShape shape, ReadOnlyMemory<byte> dense)
    {
        WeightOrigin origin = WeightOrigin.Of(node.Node);
        PackedDeclaration.Remove(node);
        string name = node.Name;
        GraphProto? graph = node.Scope.Graph;
        TensorProto? first = graph is not null && CountUses(node.Scope, node.Node.Input[0]) == 1
            ? graph.Initializer.FirstOrDefault(tensor => tensor.Name == node.Node.Input[0])
            : ConstantTensor(node);
        _abandoned.UnionWith(node.Node.Input);
        TensorProto tensor = first ?? new TensorProto();
        bool isInitializer = origin.Place == WeightPlace.Initializer && graph is not null;
        if (isInitializer)
        {
            if (first is null || !graph!.Initializer.Any(other => ReferenceEquals(other, first)))
                graph!.Initializer.Add(tensor);
            RenameGraphInput(graph, tensor.Name, name, new NodeInput("", (int)type, shape.Dimensions.ToArray(), dense));
            tensor.Name = name;
            RemoveReference(graph.Node, node.Node);
        }
        else
        {
            if (graph is not null && first is not null)
                RemoveReference(graph.Initializer, first);
            if (origin.TensorName is null)
                tensor.ClearName();
            else
                tensor.Name = origin.TensorName;
            MakeConstant(node.Node, origin, tensor, dense);
        }

        tensor.SetContent((int)type, shape.Dimensions, dense);
        if (origin.IsTyped)
            MakeTyped(tensor, dense.Span);
    }

    /// <summary>Removes constants that nothing uses any more, and brings functions and imports in line with the nodes there are.</summary>
    public void Finish()
    {
        HashSet<string> used = [];
        foreach (GraphScope scope in GraphScope.All(model.Proto))
        {
            used.UnionWith(scope.Nodes.SelectMany(node => node.Input));
            used.UnionWith(scope.Graph?.Output.Select(output => output.Name) ?? scope.Function!.Output);
        }

        _abandoned.ExceptWith(used);
        foreach (GraphScope scope in GraphScope.All(model.Proto).ToArray())
        {
            RemoveWhere(scope.Nodes, node => node.OpType == "Constant" && node.Output.Count == 1 && _abandoned.Contains(node.Output[0]));
            if (scope.Graph is { } graph)
            {
                RemoveWhere(graph.Initializer, tensor => _abandoned.Contains(tensor.Name));
                RemoveWhere(graph.Input, input => _abandoned.Contains(input.Name));
            }
        }

        ModelImports.Update(model);
    }

    private NodeProto InsertNode(Weight weight)
    {
        GraphProto graph = weight.Scope.Graph!;
        var node = new NodeProto();
        node.Output.Add(weight.Name);
        int index = _inserted.GetValueOrDefault(graph);
        _inserted[graph] = index + 1;
        graph.Node.Insert(index, node);
        return node;
    }

    private void SetInputs(GraphScope scope, NodeProto node, NodeContent content, TensorProto? first)
    {
        node.OpType = content.OperatorType;
        node.Domain = NodeDomain.Name;
        foreach (NodeInput input in content.Inputs)
        {
            TensorProto tensor = first ?? new TensorProto();
            tensor.Name = UniqueName(scope, $"{node.Output[0]}.{input.Suffix}", first);
            tensor.SetContent(input.DataType, input.Dimensions, input.Content);
            node.Input.Add(tensor.Name);
            _abandoned.Remove(tensor.Name);
            if (scope.Graph is null)
                InsertConstant(scope, node, tensor);
            else if (first is null)
                scope.Graph.Initializer.Add(tensor);
            first = null;
        }

        if (scope.Graph is { } graph)
            PackedDeclaration.Add(graph, node, content);
    }

    private static string UniqueName(GraphScope scope, string name, TensorProto? self)
    {
        while (scope.Nodes.Any(node => node.Output.Contains(name))
            || (scope.Graph is { } graph && (graph.Initializer.Any(tensor => tensor.Name == name && !ReferenceEquals(tensor, self)) || graph.Input.Any(input => input.Name == name))))
        {
            name += "_";
        }

        return name;
    }

    private static void InsertConstant(GraphScope scope, NodeProto before, TensorProto tensor)
    {
        var constant = new NodeProto { OpType = "Constant" };
        constant.Output.Add(tensor.Name);
        constant.Attribute.Add(new AttributeProto { Name = "value", T = tensor, Type = AttributeType.Tensor });
        scope.Nodes.Insert(IndexOf(scope.Nodes, before), constant);
    }

    private static TensorProto? ConstantTensor(WeightNode node) =>
        node.Scope.Nodes.FirstOrDefault(other => other.OpType == "Constant" && other.Output.Contains(node.Node.Input[0]))?.Attribute[0].T;

    private static void MakeConstant(NodeProto node, WeightOrigin origin, TensorProto tensor, ReadOnlyMemory<byte> dense)
    {
        WeightOrigin.RemoveFrom(node);
        node.OpType = "Constant";
        node.Input.Clear();
        if (origin.HasDomain)
            node.Domain = "";
        else
            node.ClearDomain();
        if (origin.Place == WeightPlace.ConstantFloats)
        {
            var floats = new AttributeProto { Name = "value_floats", Type = AttributeType.Floats };
            floats.Floats.AddRange(MemoryMarshal.Cast<byte, float>(dense.Span).ToArray());
            node.Attribute.Add(floats);
        }
        else
        {
            node.Attribute.Add(new AttributeProto { Name = "value", T = tensor, Type = AttributeType.Tensor });
        }
    }

    private static void MakeTyped(TensorProto tensor, ReadOnlySpan<byte> dense)
    {
        tensor.ClearRawData();
        switch ((ElementType)tensor.DataType)
        {
            case ElementType.Float32: tensor.FloatData.AddRange(MemoryMarshal.Cast<byte, float>(dense).ToArray()); break;
            case ElementType.Float64: tensor.DoubleData.AddRange(MemoryMarshal.Cast<byte, double>(dense).ToArray()); break;
            default: tensor.Int32Data.AddRange(MemoryMarshal.Cast<byte, ushort>(dense).ToArray().Select(value => (int)value)); break;
        }
    }

    // Before IR version 4 every initializer is an input too, with its type.
    private void RenameGraphInput(GraphProto graph, string oldName, string newName, NodeInput content)
    {
        if (graph.Input.FirstOrDefault(input => input.Name == oldName) is not { } input)
            return;
        if (model.Proto.IrVersion >= 4)
        {
            graph.Input.Remove(input);
            return;
        }

        input.Name = newName;
        var tensorType = new TypeProto.Types.Tensor { ElemType = content.DataType, Shape = new TensorShapeProto() };
        tensorType.Shape.Dim.AddRange(content.Dimensions.Select(dimension => new TensorShapeProto.Types.Dimension { DimValue = dimension }));
        input.Type = new TypeProto { TensorType = tensorType };
    }

    private int CountUses(GraphScope scope, string name) => GraphScope.All(model.Proto)
        .Where(other => other.Function == scope.Function)
        .Sum(other => other.Nodes.Sum(node => node.Input.Count(input => input == name)));

    private static int IndexOf<T>(RepeatedField<T> list, T item)
        where T : class
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (ReferenceEquals(list[i], item))
                return i;
        }

        return -1;
    }

    // Equality of messages compares their content, so removal goes by reference.
    private static void RemoveReference<T>(RepeatedField<T> list, T item)
        where T : class
    {
        int index = IndexOf(list, item);
        if (index >= 0)
            list.RemoveAt(index);
    }

    private static void RemoveWhere<T>(RepeatedField<T> list, Predicate<T> condition)
        where T : class
    {
        for (int i = list.Count - 1; i >= 0; i--)
        {
            if (condition(list[i]))
                list.RemoveAt(i);
        }
    }
}
