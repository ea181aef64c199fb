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
            DecodeValues(layout, blob, values);
            return new PrunedTensor(header.ElementType, header.Shape, values);
        }

        byte[] codes = GC.AllocateUninitializedArray<byte>(elements);
        byte[] identity = [.. Enumerable.Range(0, Codebook.MaxSize).Select(code => (byte)code)];
        DecodeShared<byte>(layout, blob, identity, codes);
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
        PackedHeader header = layout.Header;
        long bytes = (long)header.Shape.Length * header.ElementType.GetSize();
        if (denseDestination.Length < bytes)
            throw new ArgumentException($"{bytes} bytes are needed; found {denseDestination.Length}.", nameof(denseDestination));

        denseDestination = denseDestination[..(int)bytes];
        if (!header.IsShared)
        {
            DecodeValues(layout, blob, denseDestination);
            return;
        }

        if (header.Groups > 1)
        {
            Decompress(blob).CopyDenseTo(denseDestination);
            return;
        }

        switch (header.ElementType.GetSize())
        {
            case 2: DecodeShared(layout, blob, Centroids<ushort>(layout), MemoryMarshal.Cast<byte, ushort>(denseDestination)); break;
            case 4: DecodeShared(layout, blob, Centroids<uint>(layout), MemoryMarshal.Cast<byte, uint>(denseDestination)); break;
            default: DecodeShared(layout, blob, Centroids<ulong>(layout), MemoryMarshal.Cast<byte, ulong>(denseDestination)); break;
        }
    }

    private static T[] Centroids<T>(BlobLayout layout)
        where T : unmanaged
    {
        T[] centroids = new T[Codebook.MaxSize];
        MemoryMarshal.Cast<byte, T>(layout.Codebook!.Values.Span).CopyTo(centroids);
        return centroids;
    }

    private static unsafe void DecodeShared<T>(BlobLayout layout, ReadOnlySpan<byte> blob, T[] centroids, Span<T> destination)
        where T : unmanaged
    {
        // The spans live until the last segment is decoded, because ForEach returns only then.
        fixed (byte* blobStart = blob)
        fixed (T* destinationStart = destination)
        {
            (nint from, nint to, int blobLength, int elements) = ((nint)blobStart, (nint)destinationStart, blob.Length, destination.Length);
            Segments.ForEach(elements, -1, segment =>
            {
                Span<T> part = new((T*)to + Segments.GetStart(segment), Segments.GetLength(elements, segment));
                BlobDecoder.DecodeShared(layout, new ReadOnlySpan<byte>((byte*)from, blobLength), segment, centroids, part);
            });
        }
    }

    private static unsafe void DecodeValues(BlobLayout layout, ReadOnlySpan<byte> blob, Span<byte> destination)
    {
        fixed (byte* blobStart = blob)
        fixed (byte* destinationStart = destination)
        {
            (nint from, nint to, int blobLength, int elements) = ((nint)blobStart, (nint)destinationStart, blob.Length, layout.Header.Shape.Length);
            long size = layout.Header.ElementType.GetSize();
            Segments.ForEach(elements, -1, segment =>
            {
                int length = Segments.GetLength(elements, segment);
                Span<byte> part = new((byte*)to + (Segments.GetStart(segment) * size), (int)(length * size));
                BlobDecoder.DecodeValues(layout, new ReadOnlySpan<byte>((byte*)from, blobLength), segment, length, part);
            });
        }
    }
}
