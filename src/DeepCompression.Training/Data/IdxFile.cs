using System.Buffers.Binary;
using System.IO.Compression;

namespace DeepCompression.Training.Data;

/// <summary>Reads idx files, the format of MNIST: unsigned bytes of some shape; compressed with gzip or not.</summary>
public static class IdxFile
{
    private const int UnsignedByte = 0x08; // the type code of the format
    private const int MaxRank = 8; // dimensions; MNIST has 3

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; gzip is recognized by its first bytes.</param>
    /// <returns>The shape, samples first, and the bytes, row-major.</returns>
    /// <exception cref="InvalidDataException">The file is no idx file of unsigned bytes, or its length is not what its header says.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (TensorShape Shape, byte[] Values) Read(string path)
    {
        byte[] content = ReadAll(path);
        if (content.Length < 4 || content[0] != 0 || content[1] != 0)
            throw new InvalidDataException($"{path}: not an idx file: the first two bytes are not 0.");
        if (content[2] != UnsignedByte)
            throw new InvalidDataException($"{path}: idx element type 0x{content[2]:X2}; only unsigned bytes, 0x08, are read.");
        int rank = content[3];
        if (rank is 0 or > MaxRank)
            throw new InvalidDataException($"{path}: {rank} dimensions; 1 to {MaxRank} are read.");
        int start = 4 + (4 * rank);
        if (content.Length < start)
            throw new InvalidDataException($"{path}: cut off within the header.");

        long[] dimensions = new long[rank];
        long length = 1;
        for (int i = 0; i < rank; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(4 + (4 * i)));
            length *= dimensions[i];
            if (length > content.Length)
                break; // more than there is; the message below says so
        }

        if (length != content.Length - start)
            throw new InvalidDataException($"{path}: the header says {string.Join('x', dimensions)} bytes; {content.Length - start} follow it.");
        return (new TensorShape(dimensions), content[start..]);
    }

    /// <summary>Reads images and their labels as a source.</summary>
    /// <param name="imagesPath">The file of the images: unsigned bytes, samples first.</param>
    /// <param name="labelsPath">The file of the labels: one byte a sample.</param>
    /// <param name="inputName">The name of the images' field; a value is byte / 255.</param>
    /// <param name="sampleShape">The shape of one image where it is not the file's, for example 1x28x28 or 784.</param>
    /// <param name="labelName">The name of the labels' field.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ArrayBatchSource ReadLabelled(string imagesPath, string labelsPath, string inputName = BatchField.DefaultInput, TensorShape? sampleShape = null, string labelName = BatchField.DefaultLabel)
    {
        (TensorShape images, byte[] pixels) = Read(imagesPath);
        (TensorShape labels, byte[] classes) = Read(labelsPath);
        if (labels.Rank != 1 || labels.Dimensions[0] != images.Dimensions[0])
            throw new InvalidDataException($"{labelsPath}: {labels} labels for the {images.Dimensions[0]} samples of {imagesPath}.");
        TensorShape shape = sampleShape ?? new TensorShape(images.Dimensions[1..]);
        if (shape.Length != new TensorShape(images.Dimensions[1..]).Length)
            throw new InvalidDataException($"{imagesPath}: a sample of {images} does not have the shape {shape}.");
        return new ArrayBatchSource(
            ArrayColumn.Bytes(inputName, shape, pixels, 1f / 255),
            ArrayColumn.Integers(labelName, new TensorShape(), Array.ConvertAll(classes, c => (long)c)));
    }

    // The memory grows with what is really there, whatever a header claims.
    private static byte[] ReadAll(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        if (content is not [0x1F, 0x8B, ..])
            return content;
        using GZipStream unzip = new(new MemoryStream(content), CompressionMode.Decompress);
        using MemoryStream plain = new();
        try
        {
            unzip.CopyTo(plain);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: damaged gzip data: {e.Message}", e);
        }

        return plain.ToArray();
    }
}
