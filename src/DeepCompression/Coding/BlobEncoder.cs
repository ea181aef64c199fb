using System.Buffers;

namespace DeepCompression.Coding;

/// <summary>
/// Makes a blob in these steps: canonical codebook, mask of non-zeros, histograms, choice of coder and form, side information,
/// segments, checksum.
/// </summary>
internal sealed class BlobEncoder
{
    private readonly CompressedTensor _tensor;
    private readonly PackingOptions _options;
    private readonly CanonicalCodebook? _codebook;
    private readonly NonZeroMask? _mask;
    private readonly IPlanes _planes;

    public BlobEncoder(CompressedTensor tensor, PackingOptions options)
    {
        (_tensor, _options) = (tensor, options);
        int threads = options.MaxDegreeOfParallelism;
        if (tensor is CodedTensor coded)
        {
            CodePlane plane = CodePlane.Of(coded, threads);
            _codebook = plane.Canonical;
            _planes = plane;
            if (_codebook.HasZero)
                _mask = NonZeroMask.Of(plane.Codes, 1, threads);
        }
        else
        {
            PrunedTensor pruned = (PrunedTensor)tensor;
            _mask = NonZeroMask.Of(pruned.Values, pruned.ElementType.GetSize(), threads);
            _planes = ValuePlanes.Of(pruned, _mask, threads);
        }
    }

    private int Elements => _tensor.Shape.Length;

    public PackedTensor Encode()
    {
        HuffmanPlan plan = HuffmanPlan.Choose(_planes, _mask, Elements, _options);
        ByteWriter[] segments = new ByteWriter[Segments.Count(Elements)];
        long[] indexBytes = new long[segments.Length];
        Segments.ForEach(Elements, _options.MaxDegreeOfParallelism, segment =>
        {
            segments[segment] = new ByteWriter(1024);
            indexBytes[segment] = EncodeHuffman(segments[segment], plan, segment);
        });
        return Assemble(plan, segments, indexBytes.Sum());
    }

    private PackedTensor Assemble(HuffmanPlan plan, ByteWriter[] segments, long indexBytes)
    {
        ByteWriter side = new();
        PackedHeader header = NewHeader(plan);
        SideInformation.Write(side, header, _codebook, plan.Index, plan.Planes);
        ByteWriter blob = new(checked((int)(64 + side.Length + segments.Sum(segment => segment.Length + 5L))));
        BlobHeader.Write(blob, header with { SideBytes = side.Length });
        blob.Write(side.Written);
        BlobLayout.WriteSegments(blob, segments);
        BlobHeader.WriteChecksum(blob);
        byte[] bytes = blob.ToArray();
        return new PackedTensor(bytes, TensorMeasurement.Measure(_tensor, _codebook, _mask, _planes, header, indexBytes, segments.Sum(segment => (long)segment.Length), bytes.Length));
    }

    private PackedHeader NewHeader(HuffmanPlan plan) => new()
    {
        ElementType = _tensor.ElementType,
        Shape = _tensor.Shape,
        IsShared = _codebook is not null,
        Coder = EntropyCoder.Huffman,
        Form = plan.Form,
        GapBits = plan.GapBits,
        Groups = _codebook?.Codebook.Groups ?? 1,
        CodebookSize = _codebook?.Codebook.Size ?? 0,
        HasZero = _codebook?.HasZero ?? false,
        HeaderBytes = 0,
        SideBytes = 0,
        PayloadBytes = 0,
        BlobBytes = 0,
    };

    /// <summary>Writes a segment; returns the bytes of its index.</summary>
    private int EncodeHuffman(ByteWriter writer, HuffmanPlan plan, int segment)
    {
        int start = Segments.GetStart(segment);
        int length = Segments.GetLength(Elements, segment);
        byte[] symbols = ArrayPool<byte>.Shared.Rent(length);
        if (plan.Form == PackingForm.Gaps)
        {
            int count = GapSymbols.Write(_mask!.GetWords(segment), plan.GapBits, symbols);
            writer.WriteVarint((uint)count);
            HuffmanStreams.Write(symbols.AsSpan(0, count), plan.Index!, writer);
        }
        else if (plan.Form == PackingForm.Mask)
        {
            Span<byte> mask = symbols.AsSpan(0, MaskBytes.GetLength(length));
            MaskBytes.Write(_mask!.GetWords(segment), mask);
            HuffmanStreams.Write(mask, plan.Index!, writer);
        }

        int indexBytes = writer.Length;
        int planeLength = plan.Form == PackingForm.Dense ? length : _mask!.SegmentNonZeros[segment];
        for (int plane = 0; plane < _planes.Count; plane++)
        {
            if (plan.Form == PackingForm.Dense)
                _planes.GatherAll(plane, start, symbols.AsSpan(0, length));
            else
                _planes.GatherNonZeros(plane, start, _mask!.GetWords(segment), symbols);
            HuffmanStreams.Write(symbols.AsSpan(0, planeLength), plan.Planes[plane], writer);
        }

        ArrayPool<byte>.Shared.Return(symbols);
        return indexBytes;
    }
}
