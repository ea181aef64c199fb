using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>A dense floating-point constant of a model, wherever it hides. It refers into the model that it was found in.</summary>
public sealed class Weight
{
    private readonly OnnxModel _model;
    private readonly TensorProto? _tensor;
    private readonly IReadOnlyList<float>? _floats;

    internal Weight(OnnxModel model, GraphScope scope, TensorProto tensor, NodeProto? constant, TensorShape shape)
        : this(model, scope, constant?.Output[0] ?? tensor.Name, constant, (ElementType)tensor.DataType, shape)
    {
        _tensor = tensor;
        Place = constant is null ? WeightPlace.Initializer : WeightPlace.Constant;
    }

    internal Weight(OnnxModel model, GraphScope scope, NodeProto constant, IReadOnlyList<float> floats)
        : this(model, scope, constant.Output[0], constant, ElementType.Float32, new TensorShape(floats.Count))
    {
        _floats = floats;
        Place = WeightPlace.ConstantFloats;
    }

    private Weight(OnnxModel model, GraphScope scope, string name, NodeProto? constant, ElementType type, TensorShape shape)
    {
        (_model, Scope, Name, ConstantNode, ElementType, Shape) = (model, scope, name, constant, type, shape);
    }

    /// <summary>The name of the value in its graph.</summary>
    public string Name { get; }

    /// <summary>The name with the subgraph or function before it: unique in the model. Equal to <see cref="Name"/> in the model's graph.</summary>
    public string Path => Scope.Path + Name;

    /// <summary>How the weight is stored.</summary>
    public WeightPlace Place { get; }

    /// <summary>The type of an element.</summary>
    public ElementType ElementType { get; }

    /// <summary>The shape.</summary>
    public TensorShape Shape { get; }

    /// <summary>Bytes of the elements.</summary>
    public long DenseBytes => (long)Shape.Length * ElementType.GetSize();

    /// <summary>The nodes that use the weight directly.</summary>
    public IReadOnlyList<WeightConsumer> Consumers { get; internal set; } = [];

    /// <summary>What the weight is to those who use it, seen through nodes that only reshape, transpose or convert it.</summary>
    public WeightRole Role { get; internal set; } = WeightRole.Other;

    /// <summary>The operator types of those who use it, seen through nodes that only reshape, transpose or convert it; sorted.</summary>
    public IReadOnlyList<string> OperatorTypes { get; internal set; } = [];

    /// <summary>Whether the initializer is also an input of the graph, so that a caller may replace it (IR version 4 and later).</summary>
    public bool IsOverridable => Place == WeightPlace.Initializer && _model.Proto.IrVersion >= 4 && Scope.Graph!.Input.Any(input => input.Name == Name);

    /// <summary>Bytes in the file that are there for this weight, external data included: its data, name and Constant node.</summary>
    internal long FileBytes => (ConstantNode?.CalculateSize() ?? _tensor!.CalculateSize())
        + (_tensor?.DataLocation == TensorProto.Types.DataLocation.External ? DenseBytes : 0);

    internal OnnxModel Model => _model;

    internal GraphScope Scope { get; }

    internal NodeProto? ConstantNode { get; }

    internal TensorProto? Tensor => _tensor;

    /// <summary>The elements.</summary>
    /// <returns>Little-endian and row-major.</returns>
    /// <exception cref="InvalidDataException">The content does not fit the shape, or external data is missing, too short or outside the model's folder.</exception>
    public ReadOnlyMemory<byte> Read()
    {
        if (_tensor is not null)
            return _model.Read(_tensor);
        byte[] bytes = new byte[sizeof(float) * _floats!.Count];
        for (int i = 0; i < _floats.Count; i++)
            BitConverter.TryWriteBytes(bytes.AsSpan(sizeof(float) * i), _floats[i]);
        return bytes;
    }

    /// <summary>Replaces the elements where they are stored; typed fields become raw ones.</summary>
    internal void Write(ReadOnlyMemory<byte> values)
    {
        if (_tensor is not null)
        {
            _tensor.SetContent((int)ElementType, Shape.Dimensions, values);
            return;
        }

        var floats = ConstantNode!.Attribute[0].Floats;
        floats.Clear();
        floats.AddRange(MemoryMarshal.Cast<byte, float>(values.Span).ToArray());
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Path} {ElementType} {Shape}";
}
