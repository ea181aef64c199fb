using System.Runtime.InteropServices;
using DeepCompression.Coding;

namespace DeepCompression;

/// <summary>Packs weights into the blobs of <c>PackedWeight</c> nodes (FORMAT.md, part 2) and back. Every value returns bit for bit.</summary>
public static class TensorCompressor
{
    /// <summary>Packs a weight.</summary>
    /// <param name="tensor">The weight.</param>
    /// <param name="options">How to pack it; null for the defaults.</param>
    /// <returns>The blob, and where its bytes went.</returns>
    /// <remarks>
    /// The codebook of a shared weight becomes canonical: in each group the centroids that are used, once each and ascending, after +0 as code 0.
    /// The dense values stay the same.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static PackedTensor Compress(CompressedTensor tensor, PackingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        options ??= new PackingOptions();
        if (options.GapBits is < GapSymbols.MinBits or > GapSymbols.MaxBits)
            throw new ArgumentOutOfRangeException(nameof(options), options.GapBits, "A gap has 2 to 8 bits.");
        return new BlobEncoder(tensor, options).Encode();
    }

    /// <summary>Reads what a blob says of itself, without decoding it.</summary>
    /// <param name="blob">The blob.</param>
    /// <returns>The header.</returns>
    /// <exception cref="InvalidDataException">The blob is damaged: the message says where, and what was expected.</exception>
    public static PackedHeader ReadHeader(ReadOnlySpan<byte> blob)
    {
        BlobHeader.ThrowIfChecksumDiffers(blob);
        return BlobHeader.Read(blob);
    }

    /// <summary>Unpacks a weight to its codes and codebook, or to its values.</summary>
    /// <param name="blob">The blob.</param>
    /// <returns>A <see cref="CodedTensor"/> or a <see cref="PrunedTensor"/>, as was packed.</returns>
    /// <exception cref="InvalidDataException">The blob is damaged: the message says where, and what was expected.</exception>
    public static CompressedTensor Decompress(ReadOnlySpan<byte> blob)
    {
        BlobLayout layout = BlobLayout.Read(blob);
        PackedHeader header = layout.Header;
        int elements = header.Shape.Length;
        if (!header.IsShared)
        {
            byte[] values = GC.AllocateUninitializedArray<byte>(elements * header.ElementType.GetSize());
            Decode<byte>(layout, blob, [], 0, values);
            return new PrunedTensor(header.ElementType, header.Shape, values);
        }

        byte[] codes = GC.AllocateUninitializedArray<byte>(elements);
        byte[] identity = [.. Enumerable.Range(0, Codebook.MaxSize).Select(code => (byte)code)];
        Decode<byte>(layout, blob, identity, elements, codes);
        return new CodedTensor(header.Shape, layout.Codebook!, codes);
    }

    /// <summary>Unpacks a weight to its dense values, on all processors and without an array of codes in between.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="denseDestination">Receives the dense weight, row-major and little-endian: at least as many bytes as it has.</param>
    /// <exception cref="ArgumentException"><paramref name="denseDestination"/> is too short.</exception>
    /// <exception cref="InvalidDataException">The blob is damaged: the message says where, and what was expected.</exception>
    public static void DecompressTo(ReadOnlySpan<byte> blob, Span<byte> denseDestination)
    {
        BlobLayout layout = BlobLayout.Read(blob);
        long bytes = layout.Header.DenseBytes;
        if (denseDestination.Length < bytes)
            throw new ArgumentException($"{bytes} bytes are needed; found {denseDestination.Length}.", nameof(denseDestination));

        denseDestination = denseDestination[..(int)bytes];
        switch (layout.Header.ElementType.GetSize())
        {
            case 2: Decode(layout, blob, Centroids<ushort>(layout), GroupLength(layout), denseDestination); break;
            case 4: Decode(layout, blob, Centroids<uint>(layout), GroupLength(layout), denseDestination); break;
            default: Decode(layout, blob, Centroids<ulong>(layout), GroupLength(layout), denseDestination); break;
        }
    }

    /// <summary>Unpacks a weight to its dense values part by part, on all processors. No array is as long as the weight.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="part">Receives the parts of the dense weight: in any order, on several threads at once, every byte once.</param>
    /// <exception cref="InvalidDataException">The blob is damaged: the message says where, and what was expected.</exception>
    public static void DecompressTo(ReadOnlySpan<byte> blob, DensePartAction part)
    {
        ArgumentNullException.ThrowIfNull(part);
        BlobLayout layout = BlobLayout.Read(blob);
        switch (layout.Header.ElementType.GetSize())
        {
            case 2: Decode(layout, blob, Centroids<ushort>(layout), part); break;
            case 4: Decode(layout, blob, Centroids<uint>(layout), part); break;
            default: Decode(layout, blob, Centroids<ulong>(layout), part); break;
        }
    }

    private static int GroupLength(BlobLayout layout) => layout.Header.Shape.Length / layout.Header.Groups;

    /// <summary>256 entries a group; none where the weight is not shared.</summary>
    private static T[] Centroids<T>(BlobLayout layout)
        where T : unmanaged
    {
        if (layout.Codebook is not { } codebook)
            return [];
        T[] centroids = new T[codebook.Groups * Codebook.MaxSize];
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(codebook.Values.Span);
        for (int group = 0; group < codebook.Groups; group++)
            values.Slice(group * codebook.Size, codebook.Size).CopyTo(centroids.AsSpan(group * Codebook.MaxSize));
        return centroids;
    }

    private static unsafe void Decode<T>(BlobLayout layout, ReadOnlySpan<byte> blob, T[] centroids, int groupLength, Span<byte> destination)
        where T : unmanaged
    {
        // The spans live until the last segment is decoded, because ForEach returns only then.
        fixed (byte* blobStart = blob)
        fixed (byte* destinationStart = destination)
        {
            (nint from, nint to, int blobLength, int elements) = ((nint)blobStart, (nint)destinationStart, blob.Length, layout.Header.Shape.Length);
            long size = elements == 0 ? 0 : destination.Length / elements;
            Segments.ForEach(elements, -1, segment =>
            {
                ArraySink sink = new(to + (nint)(Segments.GetStart(segment) * size), (int)(Segments.GetLength(elements, segment) * size));
                DecodeSegment(layout, new ReadOnlySpan<byte>((byte*)from, blobLength), segment, centroids, groupLength, sink);
            });
        }
    }

    private static unsafe void Decode<T>(BlobLayout layout, ReadOnlySpan<byte> blob, T[] centroids, DensePartAction action)
        where T : unmanaged
    {
        fixed (byte* blobStart = blob)
        {
            (nint from, int blobLength, int groupLength) = ((nint)blobStart, blob.Length, GroupLength(layout));
            Segments.ForEach(layout.Header.Shape.Length, -1, segment =>
            {
                PartSink sink = new(action, (long)Segments.GetStart(segment) * sizeof(T));
                DecodeSegment(layout, new ReadOnlySpan<byte>((byte*)from, blobLength), segment, centroids, groupLength, sink);
                sink.Finish();
            });
        }
    }

    private static void DecodeSegment<T>(BlobLayout layout, ReadOnlySpan<byte> blob, int segment, T[] centroids, int groupLength, IDenseSink sink)
        where T : unmanaged
    {
        if (layout.Header.IsShared)
            BlobDecoder.DecodeShared<T>(layout, blob, segment, centroids, groupLength, sink);
        else
            BlobDecoder.DecodeValues(layout, blob, segment, sink);
    }
}
