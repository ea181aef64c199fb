using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using DeepCompression.Sparse;

namespace DeepCompression.Onnx;

/// <summary>A node of our domain in a model: it stands for one weight. It refers into the model that it was found in.</summary>
public sealed class WeightNode
{
    private readonly OnnxModel _model;

    internal WeightNode(OnnxModel model, GraphScope scope, NodeProto node) => (_model, Scope, Node) = (model, scope, node);

    /// <summary>The name of the weight: the output of the node.</summary>
    public string Name => Node.Output[0];

    /// <summary>The name with the subgraph or function before it, unique in the model.</summary>
    public string Path => Scope.Path + Name;

    /// <summary>The operator type: one of the names of <see cref="NodeDomain"/>.</summary>
    public string OperatorType => Node.OpType;

    /// <summary>The node.</summary>
    public NodeProto Node { get; }

    internal GraphScope Scope { get; }

    /// <summary>Bytes of the constant inputs.</summary>
    public long StoredBytes => Node.Input.Sum(input => (long)(TryResolve(input)?.RawData.Length ?? 0));

    /// <summary>Bytes of the constant inputs and of everything else in the file that is only there for this weight: names, shapes, the node.</summary>
    public long FileBytes => Node.CalculateSize() + Node.Input.Sum(input => (long)(TryResolve(input)?.CalculateSize() ?? 0));

    /// <summary>Whether the codebook has more than one group.</summary>
    internal bool IsGrouped => OperatorType is NodeDomain.SparseWeight or NodeDomain.SharedWeight
        && TryResolve(Node.Input[CodebookInput]) is { Dims: [> 1, _] };

    /// <summary>Whether the codebook is of bfloat16.</summary>
    internal bool IsBFloat16 => OperatorType is NodeDomain.SparseWeight or NodeDomain.SharedWeight
        && TryResolve(Node.Input[CodebookInput]) is { DataType: (int)ElementType.BFloat16 };

    private int CodebookInput => OperatorType == NodeDomain.SparseWeight ? 2 : 1;

    /// <summary>The blob of a <c>PackedWeight</c>.</summary>
    /// <returns>The bytes of FORMAT.md, part 2.</returns>
    /// <exception cref="InvalidDataException">The node is no <c>PackedWeight</c>, or its input is not a constant of bytes.</exception>
    public ReadOnlyMemory<byte> ReadBlob()
    {
        CheckInputs(NodeDomain.PackedWeight, 1);
        return ReadBytes(0, "blob");
    }

    /// <summary>The weight that the node stands for.</summary>
    /// <returns>The weight.</returns>
    /// <exception cref="InvalidDataException">The inputs are not constants, do not fit each other, or are damaged.</exception>
    public CompressedTensor Decode() => OperatorType == NodeDomain.PackedWeight ? Guard(() => TensorCompressor.Decompress(ReadBlob().Span)) : DecodePortable();

    /// <summary>The elements of the weight that the node stands for.</summary>
    /// <returns>Type, shape, and elements, little-endian and row-major.</returns>
    /// <exception cref="InvalidDataException">The inputs are not constants, do not fit each other, or are damaged.</exception>
    public (ElementType Type, TensorShape Shape, byte[] Dense) DecodeDense()
    {
        if (OperatorType == NodeDomain.PackedWeight)
        {
            return Guard(() =>
            {
                ReadOnlyMemory<byte> blob = ReadBlob();
                PackedHeader header = TensorCompressor.ReadHeader(blob.Span);
                byte[] dense = NewDense((long)header.Shape.Length * header.ElementType.GetSize());
                TensorCompressor.DecompressTo(blob.Span, dense);
                return (header.ElementType, header.Shape, dense);
            });
        }

        CompressedTensor tensor = DecodePortable();
        return Guard(() =>
        {
            byte[] dense = NewDense(tensor.DenseBytes);
            tensor.CopyDenseTo(dense);
            return (tensor.ElementType, tensor.Shape, dense);
        });
    }

    /// <summary>Decodes the weight part by part, on several threads at once.</summary>
    /// <exception cref="InvalidDataException">The inputs are not constants, do not fit each other, or are damaged.</exception>
    internal void DecodeDense(DensePartAction part)
    {
        if (OperatorType == NodeDomain.PackedWeight)
        {
            Guard(() =>
            {
                TensorCompressor.DecompressTo(ReadBlob().Span, part);
                return true;
            });
        }
        else
        {
            part(0, DecodeDense().Dense);
        }
    }

    /// <summary>The type and shape of the weight, as its node says; a packed one is not decoded.</summary>
    /// <exception cref="InvalidDataException">The inputs are not constants, do not fit each other, or are damaged.</exception>
    internal (ElementType Type, TensorShape Shape) ReadTypeAndShape()
    {
        if (OperatorType != NodeDomain.PackedWeight)
        {
            CompressedTensor tensor = DecodePortable();
            return (tensor.ElementType, tensor.Shape);
        }

        PackedHeader header = Guard(() => TensorCompressor.ReadHeader(ReadBlob().Span));
        return (header.ElementType, header.Shape);
    }

    /// <summary>The weight that a portable node stands for.</summary>
    /// <returns>The weight.</returns>
    /// <exception cref="InvalidDataException">The inputs are not constants, or do not fit each other.</exception>
    /// <exception cref="NotSupportedException">The operator is unknown, or a <c>PackedWeight</c>.</exception>
    internal CompressedTensor DecodePortable()
    {
        return Guard<CompressedTensor>(() =>
        {
            switch (OperatorType)
            {
                case NodeDomain.SparseWeight:
                    CheckInputs(OperatorType, 5);
                    long[] sparse = ReadNumbers(4, "layout", 3);
                    return SparseParts.Decode(
                        new SparseParts(ReadBytes(0, "gaps"), ReadBytes(1, "codes"), ToInt32(sparse[0]), ToInt32(sparse[1]), ToInt32(sparse[2])),
                        ReadCodebook(2), ReadShape(3));
                case NodeDomain.SharedWeight:
                    CheckInputs(OperatorType, 4);
                    return SharedParts.Decode(new SharedParts(ReadBytes(0, "codes"), ToInt32(ReadNumbers(3, "layout", 1)[0])), ReadCodebook(1), ReadShape(2));
                case NodeDomain.PrunedWeight:
                    CheckInputs(OperatorType, 4);
                    long[] pruned = ReadNumbers(3, "layout", 2);
                    TensorProto values = Resolve(1, "values");
                    return PrunedParts.Decode(
                        new PrunedParts(ReadBytes(0, "gaps"), _model.Read(values), ReadType(values), ToInt32(pruned[0]), ToInt32(pruned[1])), ReadShape(2));
                default:
                    throw new NotSupportedException($"{Where}: no operator of version {NodeDomain.Version} of {NodeDomain.Name} that stands for a dense weight.");
            }
        });
    }

    /// <summary>File, node and operator, for messages.</summary>
    internal string Where => $"{_model.Name}: {OperatorType} '{Path}'".OneLine();

    internal OnnxModel Model => _model;

    /// <summary>The tensor of an input, or null where it is no constant.</summary>
    internal TensorProto? TryResolve(string name)
    {
        for (GraphScope? scope = Scope; scope is not null; scope = scope.Parent)
        {
            if (scope.Graph?.Initializer.FirstOrDefault(tensor => tensor.Name == name) is { } initializer)
                return initializer;
            if (scope.Nodes.FirstOrDefault(node => node.Output.Contains(name)) is { } producer)
                return producer is { OpType: "Constant", Attribute: [{ Name: "value", T: { } tensor }] } ? tensor : null;
        }

        return null;
    }

    private static byte[] NewDense(long bytes) => bytes <= Array.MaxLength
        ? GC.AllocateUninitializedArray<byte>((int)bytes)
        : throw new InvalidDataException($"{bytes} bytes of a dense weight are more than an array holds.");

    // Names file and node in what the layers below say.
    private T Guard<T>(Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
        {
            throw e.Message.StartsWith(_model.Name, StringComparison.Ordinal) ? e : new InvalidDataException($"{Where}: {e.Message}".OneLine(), e);
        }
    }

    private static int ToInt32(long value) => value is >= 0 and <= int.MaxValue ? (int)value : throw new InvalidDataException($"'layout' has {value}.");

    private static ElementType ReadType(TensorProto tensor) =>
        TensorTypes.ToElementType(tensor.DataType) ?? throw new InvalidDataException($"'{tensor.Name}' has type {tensor.DataType}, which is no weight's.");

    private void CheckInputs(string type, int count)
    {
        if (OperatorType != type)
            throw new InvalidDataException($"{Where}: {type} expected.");
        if (Node.Input.Count != count || Node.Output.Count != 1)
            throw new InvalidDataException($"{Where}: has {Node.Input.Count} inputs; {count} are needed.");
    }

    private TensorProto Resolve(int input, string meaning) =>
        TryResolve(Node.Input[input]) ?? throw new InvalidDataException($"{Where}: its input '{meaning}' is no constant.");

    private ReadOnlyMemory<byte> ReadBytes(int input, string meaning)
    {
        TensorProto tensor = Resolve(input, meaning);
        return tensor.DataType == (int)TensorProto.Types.DataType.Uint8
            ? _model.Read(tensor)
            : throw new InvalidDataException($"{Where}: its input '{meaning}' has type {tensor.DataType}; uint8 is needed.");
    }

    private long[] ReadNumbers(int input, string meaning, int? count)
    {
        TensorProto tensor = Resolve(input, meaning);
        if (tensor.DataType != (int)TensorProto.Types.DataType.Int64 || tensor.Dims.Count != 1 || (count is not null && tensor.Dims[0] != count))
            throw new InvalidDataException($"{Where}: its input '{meaning}' is not {(count is null ? "a vector" : $"{count} numbers")} of int64.");
        return MemoryMarshal.Cast<byte, long>(_model.Read(tensor).Span).ToArray();
    }

    private Codebook ReadCodebook(int input)
    {
        TensorProto tensor = Resolve(input, "codebook");
        if (tensor.Dims is not [>= 1 and <= int.MaxValue, >= 0 and <= Codebook.MaxSize])
            throw new InvalidDataException($"'codebook' has the shape [{string.Join(',', tensor.Dims)}].");
        return new Codebook(ReadType(tensor), (int)tensor.Dims[0], _model.Read(tensor));
    }

    private TensorShape ReadShape(int input) => new(ReadNumbers(input, "shape", null));
}
