using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Provider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Messages;
using static DeepCompression.OnnxRuntime.Messages.FieldReader;
using AttributeType = DeepCompression.Onnx.Schema.AttributeProto.Types.AttributeType;
using WeightNode = DeepCompression.ExecutionProvider.Weights.WeightNode;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>
/// Writes what a session is created from: operators that are computed from compressed weights have become one node each, other
/// weights are dense again, and the bytes of tensors are handed over in memory instead of being written into a message that ONNX
/// Runtime would read and copy them from. Everything else is copied as it stands.
/// </summary>
internal sealed class SessionModel : IDisposable
{
    private const int FirstWithConstants = 4; // IR version from which initializers need not be inputs
    private const int SmallestHandedOver = 1024; // bytes

    private readonly ModelMessage _model;
    private readonly SessionTensors _tensors;
    private readonly Dictionary<GraphMessage, GraphEdit> _edits = [];

    /// <summary>Decides what becomes of every graph.</summary>
    /// <param name="plan">The model, and what of it is computed from compressed weights.</param>
    /// <param name="tensors">Takes the bytes of tensors.</param>
    public SessionModel(ModelPlan plan, SessionTensors tensors)
    {
        (_model, _tensors) = (plan.Model, tensors);
        foreach (ModelPlan.GraphPlan graph in plan.Graphs)
            _edits.Add(graph.Graph.Message, new GraphEdit(graph));
    }

    /// <summary>The operators that are computed, graph by graph.</summary>
    public IEnumerable<IReadOnlyList<PreparedUnit>> Units => _edits.Values.Select(edit => edit.Units);

    /// <summary>Writes the model.</summary>
    /// <exception cref="InvalidDataException">A small weight is damaged, or a dense one more than an array holds.</exception>
    public byte[] Write()
    {
        MessageWriter output = new();
        FieldReader fields = new(_model.Bytes, new Extent(0, _model.Bytes.Length));
        while (fields.Next())
        {
            if (fields.Tag == ContentTag(ModelProto.GraphFieldNumber))
                output.Write(ModelProto.GraphFieldNumber, WriteGraph(_model.Graph));
            else if (fields.Tag != NumberTag(ModelProto.IrVersionFieldNumber) && !(fields.Tag == ContentTag(ModelProto.FunctionsFieldNumber) && _model.IsOurs(fields.Content)))
                Copy(output, fields.Field);
        }

        output.Write(ModelProto.IrVersionFieldNumber, Math.Max(_model.IrVersion, FirstWithConstants));
        if (_model.DomainVersion is null)
            output.Write(ModelProto.OpsetImportFieldNumber, new MessageWriter().Write(OperatorSetIdProto.DomainFieldNumber, NodeDomain.Name).Write(OperatorSetIdProto.VersionFieldNumber, NodeDomain.Version));
        return output.Written.ToArray();
    }

    /// <summary>What it made for the session is the session's from now on.</summary>
    public void Dispose()
    {
        foreach (PreparedUnit unit in Units.SelectMany(units => units))
            unit.Dispose();
    }

    private MessageWriter WriteGraph(GraphMessage graph)
    {
        GraphEdit edit = _edits[graph];
        HashSet<string> overridable = graph == _model.Graph ? OverridableInitializers() : [];
        HashSet<string> initializers = [.. graph.Initializers.Select(tensor => tensor.Name)];
        MessageWriter output = new();
        int node = 0, tensor = 0, input = 0;
        FieldReader fields = new(_model.Bytes, graph.Extent);
        while (fields.Next())
        {
            if (fields.Tag == ContentTag(GraphProto.NodeFieldNumber))
            {
                WriteNode(output, edit, graph.Nodes[node++], fields.Field);
            }
            else if (fields.Tag == ContentTag(GraphProto.InitializerFieldNumber))
            {
                WriteInitializer(output, edit, graph.Initializers[tensor++], fields.Field, overridable, graph == _model.Graph);
            }
            else if (fields.Tag == ContentTag(GraphProto.InputFieldNumber))
            {
                string name = graph.Inputs[input++].Name;
                if (!initializers.Contains(name) || (overridable.Contains(name) && !edit.IsDropped(name)))
                    Copy(output, fields.Field);
            }
            else
            {
                Copy(output, fields.Field);
            }
        }

        Dictionary<WeightNode, FoldedNormalization> folded = edit.Folded.ToDictionary(folded => folded.Weight);
        foreach (WeightNode weight in edit.Dense)
            WriteDense(output, weight, folded.TryGetValue(weight, out FoldedNormalization? normalization) ? normalization.CopyDenseTo : weight.CopyDenseTo, graph == _model.Graph);
        foreach (FoldedNormalization normalization in edit.Folded)
            output.Write(GraphProto.InitializerFieldNumber, Declared(normalization.ShiftName, (int)ElementType.Float32, [normalization.Shift.Length]).Write(TensorProto.RawDataFieldNumber, MemoryMarshal.AsBytes<float>(normalization.Shift)));
        return output;
    }

    // Where initializers had to be inputs, they were constants: such an input is left out.
    private HashSet<string> OverridableInitializers() => _model.IrVersion < FirstWithConstants ? [] : [.. _model.Graph.Inputs.Select(input => input.Name)];

    private void WriteNode(MessageWriter output, GraphEdit edit, NodeMessage node, Extent field)
    {
        if (edit.UnitAt(node) is PreparedUnit unit)
            output.Write(GraphProto.NodeFieldNumber, Prepared(unit));
        else if (edit.IsRemoved(node))
            return;
        else if (edit.FoldedInto(node) is FoldedNormalization folded)
            output.Write(GraphProto.NodeFieldNumber, Normalized(node, folded));
        else if (node.Attributes.Exists(attribute => attribute.Graphs.Exists(IsEdited)))
            output.Write(GraphProto.NodeFieldNumber, WithGraphs(node));
        else
            Copy(output, field);
    }

    private static MessageWriter Prepared(PreparedUnit unit)
    {
        MessageWriter output = new();
        foreach (string input in unit.Inputs)
            output.Write(NodeProto.InputFieldNumber, input);
        foreach (string result in unit.Outputs)
            output.Write(NodeProto.OutputFieldNumber, result);
        MessageWriter key = new MessageWriter().Write(AttributeProto.NameFieldNumber, PreparedOperator.Key).Write(AttributeProto.IFieldNumber, unit.Key).Write(AttributeProto.TypeFieldNumber, (long)AttributeType.Int);
        return output.Write(NodeProto.NameFieldNumber, unit.Name).Write(NodeProto.OpTypeFieldNumber, PreparedOperator.Name).Write(NodeProto.AttributeFieldNumber, key).Write(NodeProto.DomainFieldNumber, NodeDomain.Name);
    }

    private MessageWriter Normalized(NodeMessage convolution, FoldedNormalization folded)
    {
        MessageWriter output = new();
        foreach (string input in (string[])[convolution.Inputs[0], convolution.Inputs[1], folded.ShiftName])
            output.Write(NodeProto.InputFieldNumber, input);
        output.Write(NodeProto.OutputFieldNumber, folded.Normalization.Outputs[0]!.Name);
        FieldReader fields = new(_model.Bytes, convolution.Extent);
        while (fields.Next())
        {
            if (fields.Tag != ContentTag(NodeProto.InputFieldNumber) && fields.Tag != ContentTag(NodeProto.OutputFieldNumber))
                Copy(output, fields.Field);
        }

        return output;
    }

    private bool IsEdited(GraphMessage graph) => !_edits[graph].IsEmpty || graph.Nodes.Exists(node => node.Attributes.Exists(attribute => attribute.Graphs.Exists(IsEdited)));

    private MessageWriter WithGraphs(NodeMessage node)
    {
        MessageWriter output = new();
        int attribute = 0;
        FieldReader fields = new(_model.Bytes, node.Extent);
        while (fields.Next())
        {
            if (fields.Tag == ContentTag(NodeProto.AttributeFieldNumber))
                output.Write(NodeProto.AttributeFieldNumber, WithGraphs(node.Attributes[attribute++]));
            else
                Copy(output, fields.Field);
        }

        return output;
    }

    private MessageWriter WithGraphs(AttributeMessage attribute)
    {
        MessageWriter output = new();
        int graph = 0;
        FieldReader fields = new(_model.Bytes, attribute.Extent);
        while (fields.Next())
        {
            if (fields.Tag == ContentTag(AttributeProto.GFieldNumber) || fields.Tag == ContentTag(AttributeProto.GraphsFieldNumber))
                output.Write((int)(fields.Tag >> 3), WriteGraph(attribute.Graphs[graph++]));
            else
                Copy(output, fields.Field);
        }

        return output;
    }

    private void WriteInitializer(MessageWriter output, GraphEdit edit, TensorMessage tensor, Extent field, HashSet<string> overridable, bool isMain)
    {
        if (edit.IsDropped(tensor.Name))
            return;
        if (!isMain || !tensor.IsRaw || field.Length < SmallestHandedOver || overridable.Contains(tensor.Name) || !edit.IsRead(tensor.Name)) // ONNX Runtime forgets what nothing reads before it takes what is handed over
        {
            Copy(output, field);
            return;
        }

        ReadOnlyMemory<byte> content = tensor.Read();
        output.Write(GraphProto.InitializerFieldNumber, HandedOver(tensor.Name, tensor.ElementType, tensor.Shape));
        _tensors.Add(tensor.Name, tensor.ElementType, tensor.Shape, content.Length, content.CopyTo);
    }

    private void WriteDense(MessageWriter output, WeightNode weight, Action<Memory<byte>> write, bool isMain)
    {
        string name = weight.Output.Name;
        long[] shape = weight.Shape.Dimensions.ToArray();
        int bytes = weight.DenseLength;
        if (isMain && bytes >= SmallestHandedOver)
        {
            output.Write(GraphProto.InitializerFieldNumber, HandedOver(name, (int)weight.ElementType, shape));
            _tensors.Add(name, (int)weight.ElementType, shape, bytes, write);
        }
        else
        {
            byte[] dense = GC.AllocateUninitializedArray<byte>(bytes);
            write(dense);
            output.Write(GraphProto.InitializerFieldNumber, Declared(name, (int)weight.ElementType, shape).Write(TensorProto.RawDataFieldNumber, dense));
        }
    }

    private static MessageWriter HandedOver(string name, int elementType, long[] shape)
    {
        MessageWriter place = new MessageWriter().Write(StringStringEntryProto.KeyFieldNumber, "location").Write(StringStringEntryProto.ValueFieldNumber, "memory");
        return Declared(name, elementType, shape).Write(TensorProto.ExternalDataFieldNumber, place).Write(TensorProto.DataLocationFieldNumber, (long)TensorProto.Types.DataLocation.External);
    }

    private static MessageWriter Declared(string name, int elementType, long[] shape)
    {
        MessageWriter output = new();
        foreach (long dimension in shape)
            output.Write(TensorProto.DimsFieldNumber, dimension);
        return output.Write(TensorProto.DataTypeFieldNumber, elementType).Write(TensorProto.NameFieldNumber, name);
    }

    private void Copy(MessageWriter output, Extent fields) => output.Copy(_model.Bytes[fields.Start..fields.End]);
}
