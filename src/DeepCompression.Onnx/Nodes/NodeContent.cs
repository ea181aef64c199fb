using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using DeepCompression.Sparse;

namespace DeepCompression.Onnx;

/// <summary>What a weight's node says: its operator type and constant inputs (FORMAT.md, part 1).</summary>
/// <param name="OperatorType">One of the four operators of <see cref="NodeDomain"/>.</param>
/// <param name="Inputs">The inputs in order.</param>
internal sealed record NodeContent(string OperatorType, IReadOnlyList<NodeInput> Inputs)
{
    private const int UInt8 = (int)TensorProto.Types.DataType.Uint8;
    private const int Int64 = (int)TensorProto.Types.DataType.Int64;

    // What a file holds beside the content of the inputs, names apart: operator, domain, declaration; tags, lengths, types and dimensions.
    private const int NodeBytes = 60, InputBytes = 24;

    /// <summary>Bytes of all inputs.</summary>
    public long Bytes => Inputs.Sum(input => (long)input.Content.Length);

    /// <summary>About the bytes that the node adds to a file in place of a weight: its inputs, and what more it has of names and fields than a tensor.</summary>
    public long BytesInPlaceOf(Weight weight) => Bytes + NodeBytes + (Inputs.Count * InputBytes) + (((2 * Inputs.Count) + 1) * weight.Name.Length);

    /// <summary>The smallest portable node of a weight.</summary>
    public static NodeContent Portable(CompressedTensor tensor)
    {
        if (tensor is PrunedTensor pruned)
            return Pruned(pruned);

        var coded = (CodedTensor)tensor;
        NodeContent shared = Shared(coded);
        if (!coded.Codebook.HasZero)
            return shared;

        // A sparse node holds at least one bit of gap a non-zero beside its code: more than the dense codes need not be tried.
        int codeBits = Digits.GetBits(coded.Codebook.Size);
        long atLeast = (long)coded.CountNonZeros() * (codeBits + 1) / 8;
        if (atLeast >= Digits.GetPackedLength(coded.Shape.Length, codeBits))
            return shared;
        NodeContent sparse = Sparse(coded);
        return sparse.Bytes < shared.Bytes ? sparse : shared;
    }

    /// <summary>A <c>SparseWeight</c>.</summary>
    public static NodeContent Sparse(CodedTensor tensor)
    {
        SparseParts parts = SparseParts.Encode(tensor);
        return new(NodeDomain.SparseWeight,
        [
            Bytes8("gaps", parts.Gaps), Bytes8("codes", parts.Codes), CodebookOf(tensor), ShapeOf(tensor),
            Numbers("layout", [parts.Entries, parts.GapBits, parts.CodeBits]),
        ]);
    }

    /// <summary>A <c>SharedWeight</c>.</summary>
    public static NodeContent Shared(CodedTensor tensor)
    {
        SharedParts parts = SharedParts.Encode(tensor);
        return new(NodeDomain.SharedWeight, [Bytes8("codes", parts.Codes), CodebookOf(tensor), ShapeOf(tensor), Numbers("layout", [parts.CodeBits])]);
    }

    /// <summary>A <c>PrunedWeight</c>.</summary>
    public static NodeContent Pruned(PrunedTensor tensor)
    {
        PrunedParts parts = PrunedParts.Encode(tensor);
        return new(NodeDomain.PrunedWeight,
        [
            Bytes8("gaps", parts.Gaps), new("values", (int)tensor.ElementType, [parts.Entries], parts.Values), ShapeOf(tensor),
            Numbers("layout", [parts.Entries, parts.GapBits]),
        ]);
    }

    /// <summary>A <c>PackedWeight</c>.</summary>
    public static NodeContent Packed(ReadOnlyMemory<byte> blob) => new(NodeDomain.PackedWeight, [Bytes8("blob", blob)]);

    private static NodeInput CodebookOf(CodedTensor tensor) =>
        new("codebook", (int)tensor.ElementType, [tensor.Codebook.Groups, tensor.Codebook.Size], tensor.Codebook.Values);

    private static NodeInput ShapeOf(CompressedTensor tensor) => Numbers("shape", tensor.Shape.Dimensions);

    private static NodeInput Bytes8(string suffix, ReadOnlyMemory<byte> content) => new(suffix, UInt8, [content.Length], content);

    private static NodeInput Numbers(string suffix, ReadOnlySpan<long> values) =>
        new(suffix, Int64, [values.Length], MemoryMarshal.AsBytes(values).ToArray());
}
