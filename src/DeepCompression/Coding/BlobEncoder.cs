namespace DeepCompression.Coding;

/// <summary>
/// Makes a blob in these steps: canonical codebook, mask of non-zeros, histograms, choice of coder and form, side information,
/// segments, checksum.
/// </summary>
internal sealed class BlobEncoder
{
    /// <summary>A weight of fewer elements is decoded in no time by either coder.</summary>
    private const int NegligibleElements = 1 << 16;

    private readonly CompressedTensor _tensor;
    private readonly PackingOptions _options;
    private readonly CanonicalCodebook? _codebook;
    private readonly CentroidRanks? _ranks;
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
            _ranks = new CentroidRanks(_codebook.Ordinals, _codebook.HasZero, tensor.ElementType.GetSize() * 8, coded.GroupLength);
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
        bool range = _options.Coder switch
        {
            EntropyCoder.Huffman => false,
            EntropyCoder.Range => true,
            _ => IsRangeWorthwhile(plan),
        };
        return Encode(range ? null : plan);
    }

    /// <summary>Tries the range coder on one segment, which is all of most weights and a sample of large ones.</summary>
    private bool IsRangeWorthwhile(HuffmanPlan plan)
    {
        int count = Segments.Count(Elements);
        if (count == 0)
            return false;
        ByteWriter range = new(1024), huffman = new(1024);
        EncodeRange(range, count / 2);
        EncodeHuffman(huffman, plan, count / 2);
        double huffmanBytes = huffman.Length + (plan.SideBits / 8.0 / count);
        double gain = Elements < NegligibleElements ? 0 : _options.RangeGain;
        return range.Length < huffmanBytes * (1 - gain);
    }

    /// <summary>Encodes all segments with a Huffman plan, or with the range coder where it is null.</summary>
    private PackedTensor Encode(HuffmanPlan? plan)
    {
        ByteWriter[] segments = new ByteWriter[Segments.Count(Elements)];
        long[] indexBytes = new long[segments.Length];
        Segments.ForEach(Elements, _options.MaxDegreeOfParallelism, segment =>
        {
            ByteWriter writer = segments[segment] = new ByteWriter(1024);
            indexBytes[segment] = plan is null ? EncodeRange(writer, segment) : EncodeHuffman(writer, plan, segment);
        });
        return Assemble(plan, segments, indexBytes.Sum());
    }

    private PackedTensor Assemble(HuffmanPlan? plan, ByteWriter[] segments, long indexBytes)
    {
        ByteWriter side = new();
        PackedHeader header = NewHeader(plan);
        SideInformation.Write(side, header, _codebook, plan?.Index, plan?.Planes ?? []);
        ByteWriter blob = new(checked((int)(64 + side.Length + segments.Sum(segment => segment.Length + 5L))));
        BlobHeader.Write(blob, header with { SideBytes = side.Length });
        blob.Write(side.Written);
        BlobLayout.WriteSegments(blob, segments);
        BlobHeader.WriteChecksum(blob);
        byte[] bytes = blob.ToArray();
        return new PackedTensor(bytes, TensorMeasurement.Measure(_tensor, _codebook, _mask, _planes, header, indexBytes, segments.Sum(segment => (long)segment.Length), bytes.Length));
    }

    private PackedHeader NewHeader(HuffmanPlan? plan) => new()
    {
        ElementType = _tensor.ElementType,
        Shape = _tensor.Shape,
        IsShared = _codebook is not null,
        Coder = plan is null ? EntropyCoder.Range : EntropyCoder.Huffman,
        Form = plan?.Form ?? (_mask is null ? PackingForm.Dense : PackingForm.Mask),
        GapBits = plan?.GapBits ?? 0,
        Groups = _codebook?.Codebook.Groups ?? 1,
        CodebookSize = _codebook?.Codebook.Size ?? 0,
        HasZero = _codebook?.HasZero ?? false,
        HeaderBytes = 0,
        SideBytes = 0,
        PayloadBytes = 0,
        BlobBytes = 0,
    };

    private int EncodeRange(ByteWriter writer, int segment) =>
        RangeSegment.Write(writer, _planes, _mask, _tensor.Shape, _ranks, segment);

    /// <summary>Writes a segment; returns the bytes of its index.</summary>
    private int EncodeHuffman(ByteWriter writer, HuffmanPlan plan, int segment)
    {
        int start = Segments.GetStart(segment);
        int length = Segments.GetLength(Elements, segment);
        byte[] symbols = SegmentArrays.Pool.Rent(length);
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

        SegmentArrays.Pool.Return(symbols);
        return indexBytes;
    }
}
