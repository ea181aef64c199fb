using System.Numerics;
using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Sparse;

namespace DeepCompression.ExecutionProvider.Weights;

/// <summary>A node of ours that yields a weight (FORMAT.md, part 1), with its constants read and not yet decoded.</summary>
internal sealed class WeightNode
{
    private readonly Func<CompressedTensor> _decode;

    private WeightNode(NodeView node, ElementType elementType, TensorShape shape, int entries, int codebookSize, int groups, Func<CompressedTensor> decode) =>
        (Node, ElementType, Shape, Entries, CodebookSize, Groups, _decode) = (node, elementType, shape, entries, codebookSize, groups, decode);

    private delegate void Unpack(Span<byte> destination);

    /// <summary>The domain of our nodes.</summary>
    public const string Domain = "ai.deepcompression";

    public NodeView Node { get; }

    /// <summary>The value that the node yields.</summary>
    public ValueView Output => Node.Outputs[0]!;

    /// <summary>The element type of the dense weight.</summary>
    public ElementType ElementType { get; }

    /// <summary>The shape of the dense weight.</summary>
    public TensorShape Shape { get; }

    /// <summary>Non-zeros; of a <c>PrunedWeight</c> fillers may be among them, of a <c>PackedWeight</c> it is an estimate.</summary>
    public int Entries { get; }

    /// <summary>Centroids a group; 0 where the values are not shared.</summary>
    public int CodebookSize { get; }

    /// <summary>Groups of the codebook.</summary>
    public int Groups { get; }

    /// <summary>Non-zeros as a share of all elements, 0..1.</summary>
    public double Density => Shape.Length == 0 ? 0 : (double)Entries / Shape.Length;

    /// <summary>The size of the dense weight in bytes.</summary>
    public long DenseBytes => (long)Shape.Length * ElementType.GetSize();

    /// <summary>The same, for memory that is one array.</summary>
    /// <exception cref="InvalidDataException">They are more than an array holds.</exception>
    public int DenseLength => DenseBytes <= Array.MaxLength ? (int)DenseBytes : throw new InvalidDataException($"node '{Node.Label}' ({Node.OpType}): {DenseBytes} bytes of a dense weight are more than an array holds");

    /// <summary>Whether the node has no function body that stock ONNX Runtime could run.</summary>
    public bool IsPacked => Node.OpType == "PackedWeight";

    private Unpack? UnpackTo { get; init; }

    private Func<int, int, CsrMatrix>? DecodeRows { get; init; }

    /// <summary>Whether the weight is a bias or another vector: no operator is computed from it, but some take it along as a constant.</summary>
    public bool IsVector => Shape.Rank < 2;

    /// <summary>Decodes the weight, and lets the operators that read it see a constant.</summary>
    /// <exception cref="InvalidDataException">The constants are damaged, or stand for more than an array holds.</exception>
    public void MakeConstant()
    {
        byte[] dense = GC.AllocateUninitializedArray<byte>(DenseLength);
        CopyDenseTo(dense);
        Output.Constant = new TensorView((int)ElementType, Shape.Dimensions.ToArray(), dense);
    }

    /// <summary>Whether a node is one of ours.</summary>
    public static bool IsWeightNode(NodeView node) => node.Domain == Domain;

    /// <summary>Decodes the whole weight.</summary>
    /// <exception cref="InvalidDataException">The constants are damaged.</exception>
    public CompressedTensor Decode() => Guard(_decode);

    /// <summary>Writes the dense weight.</summary>
    /// <param name="destination">Takes <see cref="DenseBytes"/> bytes.</param>
    /// <exception cref="InvalidDataException">The constants are damaged.</exception>
    public void CopyDenseTo(Memory<byte> destination) => Guard(() =>
    {
        if (UnpackTo is Unpack unpack)
            unpack(destination.Span);
        else
            _decode().CopyDenseTo(destination.Span);
        return true;
    });

    /// <summary>Decodes the weight as the rows of a row-major matrix, without a dense array where the form allows. Whoever is done with the matrix may return it.</summary>
    /// <exception cref="InvalidDataException">The constants are damaged.</exception>
    public CsrMatrix Rows(int rows, int columns) => Guard(() => DecodeRows is not null ? DecodeRows(rows, columns) : CsrBuilder.FromRows((CodedTensor)_decode(), rows, columns));

    /// <summary>Reads a node's constants.</summary>
    /// <returns>The weight; null where an input is not a constant.</returns>
    /// <exception cref="InvalidDataException">The constants do not fit each other.</exception>
    public static WeightNode? Read(NodeView node)
    {
        TensorView?[] inputs = Array.ConvertAll(node.Inputs, input => input?.Constant);
        if (inputs.Length == 0 || Array.Exists(inputs, input => input is null) || node.Outputs.Length != 1 || node.Outputs[0] is null)
            return null;
        return Guard(node, () => (node.OpType, inputs.Length) switch
        {
            ("SparseWeight", 5) => ReadSparse(node, inputs!),
            ("SharedWeight", 4) => ReadShared(node, inputs!),
            ("PrunedWeight", 4) => ReadPruned(node, inputs!),
            ("PackedWeight", 1) => ReadPacked(node, inputs!),
            _ => throw new InvalidDataException($"no weight node has {inputs.Length} inputs"),
        });
    }

    private static WeightNode ReadSparse(NodeView node, TensorView[] inputs)
    {
        Codebook codebook = ReadCodebook(inputs[2]);
        TensorShape shape = ReadShape(inputs[3]);
        int[] layout = ReadLayout(inputs[4], 3);
        SparseParts parts = new(inputs[0].Memory, inputs[1].Memory, layout[0], layout[1], layout[2]);
        int nonZeros = layout[0] - CountFillers(inputs[1].Bytes, layout[0], layout[2]);
        return new WeightNode(node, codebook.ElementType, shape, nonZeros, codebook.Size, codebook.Groups, () => SparseParts.Decode(parts, codebook, shape))
        {
            DecodeRows = (rows, columns) => CsrBuilder.Rent(parts, codebook, rows, columns),
            UnpackTo = destination => SparseParts.DecodeDense(parts, codebook, shape, destination),
        };
    }

    private static WeightNode ReadShared(NodeView node, TensorView[] inputs)
    {
        Codebook codebook = ReadCodebook(inputs[1]);
        TensorShape shape = ReadShape(inputs[2]);
        SharedParts parts = new(inputs[0].Memory, ReadLayout(inputs[3], 1)[0]);
        return new WeightNode(node, codebook.ElementType, shape, shape.Length, codebook.Size, codebook.Groups, () => SharedParts.Decode(parts, codebook, shape))
        {
            DecodeRows = (rows, columns) => CsrBuilder.Rent(parts, codebook, rows, columns),
            UnpackTo = destination => SharedParts.DecodeDense(parts, codebook, shape, destination),
        };
    }

    private static WeightNode ReadPruned(NodeView node, TensorView[] inputs)
    {
        TensorShape shape = ReadShape(inputs[2]);
        int[] layout = ReadLayout(inputs[3], 2);
        ElementType type = ReadElementType(inputs[1]);
        PrunedParts parts = new(inputs[0].Memory, inputs[1].Memory, type, layout[0], layout[1]);
        return new WeightNode(node, type, shape, layout[0], 0, 1, () => PrunedParts.Decode(parts, shape));
    }

    private static WeightNode ReadPacked(NodeView node, TensorView[] inputs)
    {
        ReadOnlyMemory<byte> blob = inputs[0].Memory;
        PackedHeader header = TensorCompressor.ReadHeader(blob.Span);
        int entries = header.HasZero || !header.IsShared ? (int)Math.Min(header.Shape.Length, header.PayloadBytes * 8L / BitsAnEntry(header.CodebookSize)) : header.Shape.Length;
        return new WeightNode(node, header.ElementType, header.Shape, entries, header.CodebookSize, header.Groups, () => TensorCompressor.Decompress(blob.Span))
        {
            UnpackTo = destination => TensorCompressor.DecompressTo(blob.Span, destination),
        };
    }

    /// <summary>Entries with the code 0. What is damaged is found when the weight is decoded.</summary>
    private static int CountFillers(ReadOnlySpan<byte> codes, int entries, int bits)
    {
        if (entries < 0 || bits is not (1 or 2 or 4 or 8))
            return 0;
        int digits = 8 / bits, mask = (1 << bits) - 1, whole = Math.Min(entries / digits, codes.Length), fillers = 0;
        if (bits == 8)
            return codes[..whole].Count((byte)0);

        // One bit a digit stays, the lowest, where the digit is not 0.
        ulong lowest = bits == 4 ? 0x1111111111111111 : bits == 2 ? 0x5555555555555555 : ulong.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(codes[..whole]);
        foreach (ulong word in words)
        {
            ulong any = bits == 4 ? word | (word >> 1) | (word >> 2) | (word >> 3) : bits == 2 ? word | (word >> 1) : word;
            fillers += (sizeof(ulong) * digits) - BitOperations.PopCount(any & lowest);
        }

        foreach (byte value in codes[(words.Length * sizeof(ulong))..whole])
        {
            for (int digit = 0; digit < digits; digit++)
                fillers += ((value >> (digit * bits)) & mask) == 0 ? 1 : 0;
        }

        return fillers; // those of a last byte that is not full are left out
    }

    // What a coded non-zero takes, about: its place and, shorter than its code, its value. The header does not say how many there are.
    private static double BitsAnEntry(int codebookSize) => 2.5 + (0.75 * Math.Log2(Math.Max(codebookSize, 2)));

    // The codebook outlives the graph in the kernels, and is small.
    private static Codebook ReadCodebook(TensorView tensor)
    {
        if (tensor.Shape.Length != 2)
            throw new InvalidDataException($"the codebook has {tensor.Shape.Length} dimensions instead of 2");
        return new Codebook(ReadElementType(tensor), checked((int)tensor.Shape[0]), tensor.Bytes.ToArray());
    }

    private static ElementType ReadElementType(TensorView tensor) => tensor.ElementType switch
    {
        OnnxType.Float32 or OnnxType.Float16 or OnnxType.Float64 or OnnxType.BFloat16 => (ElementType)tensor.ElementType,
        _ => throw new InvalidDataException($"weights of ONNX type {tensor.ElementType} are not real numbers"),
    };

    private static TensorShape ReadShape(TensorView tensor) => tensor.ElementType == OnnxType.Int64
        ? new TensorShape(tensor.As<long>())
        : throw new InvalidDataException("the shape is not of type int64");

    private static int[] ReadLayout(TensorView tensor, int count)
    {
        if (tensor.ElementType != OnnxType.Int64 || tensor.As<long>().Length != count)
            throw new InvalidDataException($"the layout is not {count} numbers of type int64");
        int[] layout = new int[count];
        for (int i = 0; i < count; i++)
            layout[i] = checked((int)tensor.As<long>()[i]);
        return layout;
    }

    private T Guard<T>(Func<T> read) => Guard(Node, read);

    private static T Guard<T>(NodeView node, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception defect) when (defect is InvalidDataException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"node '{node.Label}' ({node.OpType}): {defect.Message}", defect);
        }
    }
}
