namespace DeepCompression.Coding;

/// <summary>
/// Symbols as one stream, or from <see cref="FourStreams"/> symbols on as four that are decoded at once. Before every stream
/// stands its length in bytes (FORMAT.md, "Streams").
/// </summary>
internal static class HuffmanStreams
{
    /// <summary>From this many symbols on there are four streams.</summary>
    public const int FourStreams = 1 << 13; // symbols

    /// <summary>The symbols in each of the first three of four streams.</summary>
    public static int GetQuarter(int symbolCount) => symbolCount / 4;

    public static void Write(ReadOnlySpan<byte> symbols, CanonicalCode code, ByteWriter writer)
    {
        byte[] buffer = SegmentArrays.Pool.Rent(HuffmanEncoder.GetMaxEncodedLength(symbols.Length));
        int streams = symbols.Length < FourStreams ? 1 : 4;
        int quarter = streams == 1 ? symbols.Length : GetQuarter(symbols.Length);
        for (int stream = 0; stream < streams; stream++)
        {
            ReadOnlySpan<byte> part = stream == streams - 1 ? symbols[(stream * quarter)..] : symbols.Slice(stream * quarter, quarter);
            int length = HuffmanEncoder.Encode(part, code, buffer);
            writer.WriteVarint((uint)length);
            writer.Write(buffer.AsSpan(0, length));
        }

        SegmentArrays.Pool.Return(buffer);
    }

    public static void Read(ref ByteReader reader, HuffmanDecoder decoder, Span<byte> destination, string what)
    {
        int offset = reader.Offset;
        try
        {
            if (destination.Length < FourStreams)
            {
                decoder.Decode(ReadStream(ref reader, what), destination);
                return;
            }

            ReadOnlySpan<byte> stream0 = ReadStream(ref reader, what), stream1 = ReadStream(ref reader, what);
            ReadOnlySpan<byte> stream2 = ReadStream(ref reader, what), stream3 = ReadStream(ref reader, what);
            decoder.Decode(stream0, stream1, stream2, stream3, destination);
        }
        catch (InvalidDataException bad) when (BadData.LacksOffset(bad))
        {
            throw BadData.At(offset, what, bad);
        }
    }

    private static ReadOnlySpan<byte> ReadStream(ref ByteReader reader, string what) =>
        reader.ReadBytes(reader.ReadVarint($"the length of a stream of {what}", int.MaxValue), what);
}
