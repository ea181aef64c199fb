using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using AttributeType = DeepCompression.Onnx.Schema.AttributeProto.Types.AttributeType;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx;

/// <summary>Writes the body of a model-local function. Values get short names, since every file carries them.</summary>
internal sealed class FunctionBuilder
{
    private readonly FunctionProto _function;
    private readonly Dictionary<string, string> _constants = [];
    private int _next;

    public FunctionBuilder(string name, long opset, params ReadOnlySpan<string> inputs)
    {
        _function = new FunctionProto { Name = name, Domain = NodeDomain.Name };
        _function.Input.AddRange(inputs.ToArray());
        _function.Output.Add("W");
        _function.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
    }

    /// <summary>The function; the value <c>W</c> must have been made.</summary>
    public FunctionProto Build() => _function;

    /// <summary>Adds a node with one output.</summary>
    /// <returns>The name of the output.</returns>
    public string Add(string type, params ReadOnlySpan<string> inputs) => AddNamed(Name(), type, inputs).Output[0];

    /// <summary>Adds the node that makes the result.</summary>
    public void Return(string type, params ReadOnlySpan<string> inputs) => AddNamed("W", type, inputs);

    /// <summary>Adds a conversion to int32.</summary>
    public string ToInt32(string input)
    {
        NodeProto node = AddNamed(Name(), "Cast", input);
        node.Attribute.Add(new AttributeProto { Name = "to", I = (int)DataType.Int32, Type = AttributeType.Int });
        return node.Output[0];
    }

    /// <summary>Joins vectors.</summary>
    public string Concat(string first, string second)
    {
        NodeProto node = AddNamed(Name(), "Concat", first, second);
        node.Attribute.Add(new AttributeProto { Name = "axis", I = 0, Type = AttributeType.Int });
        return node.Output[0];
    }

    /// <summary>An int64 constant of rank 0. Equal constants are written once.</summary>
    public string Scalar(long value) => Constant(DataType.Int64, [], MemoryMarshal.AsBytes([value]));

    /// <summary>An int64 constant of rank 1.</summary>
    public string Vector(params ReadOnlySpan<long> values) => Constant(DataType.Int64, [values.Length], MemoryMarshal.AsBytes(values));

    /// <summary>An int32 constant of rank 0.</summary>
    public string Scalar32(int value) => Constant(DataType.Int32, [], MemoryMarshal.AsBytes([value]));

    /// <summary>An int32 constant of rank 1.</summary>
    public string Vector32(params ReadOnlySpan<int> values) => Constant(DataType.Int32, [values.Length], MemoryMarshal.AsBytes(values));

    private string Constant(DataType type, long[] shape, ReadOnlySpan<byte> content)
    {
        string key = $"{type} {shape.Length} {Convert.ToHexString(content)}";
        if (_constants.TryGetValue(key, out string? name))
            return name;
        var tensor = new TensorProto { DataType = (int)type, RawData = ByteString.CopyFrom(content) };
        tensor.Dims.AddRange(shape);
        NodeProto node = AddNamed(Name(), "Constant");
        node.Attribute.Add(new AttributeProto { Name = "value", T = tensor, Type = AttributeType.Tensor });
        return _constants[key] = node.Output[0];
    }

    private NodeProto AddNamed(string output, string type, params ReadOnlySpan<string> inputs)
    {
        var node = new NodeProto { OpType = type };
        node.Input.AddRange(inputs.ToArray());
        node.Output.Add(output);
        _function.Node.Add(node);
        return node;
    }

    private string Name() => $"v{_next++}";
}
