using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>Reads arrays that NumPy saved: <c>.npy</c> (format versions 1 to 3) and archives of them, <c>.npz</c>.</summary>
public static partial class NumpyFile
{
    private const int MaxHeaderLength = 64 * 1024; // bytes; a header is a short Python literal
    private const int PrefixLength = 8; // bytes: magic and version

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a <c>.npy</c> file (one unnamed tensor) or a <c>.npz</c> file (a tensor an entry, named like the entry).</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors in the order of the file.</returns>
    /// <exception cref="InvalidDataException">The file is not what its first bytes say it is, or is damaged.</exception>
    /// <exception cref="NotSupportedException">An array holds something else than numbers or booleans.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<TensorValue> Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        int read = stream.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        stream.Position = 0;
        bool isArchive = read == 2 && start.SequenceEqual("PK"u8);
        return isArchive ? ReadArchive(stream, path) : [Parse("", ReadAll(stream, stream.Length, path), path)];
    }

    /// <summary>Reads the bytes of a <c>.npy</c> file.</summary>
    /// <param name="name">The name that the tensor gets.</param>
    /// <param name="content">The whole file.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <returns>The tensor, row-major whatever the order in the file.</returns>
    /// <exception cref="InvalidDataException">The content is not a .npy file, or is damaged.</exception>
    /// <exception cref="NotSupportedException">The array holds something else than numbers or booleans.</exception>
    public static TensorValue Parse(string name, ReadOnlyMemory<byte> content, string source)
    {
        ReadOnlySpan<byte> bytes = content.Span;
        if (bytes.Length < PrefixLength || !bytes.StartsWith(Magic))
            throw new InvalidDataException($"{source}: not a .npy file: the magic string is missing.");
        int lengthSize = bytes[6] switch
        {
            1 => 2,
            2 or 3 => 4,
            _ => throw new InvalidDataException($"{source}: .npy version {bytes[6]} is not known; 1 to 3 are."),
        };
        int headerStart = PrefixLength + lengthSize;
        if (bytes.Length < headerStart)
            throw new InvalidDataException($"{source}: the .npy header is cut off.");
        uint headerLength = lengthSize == 2
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[PrefixLength..])
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes[PrefixLength..]);
        if (headerLength > MaxHeaderLength || headerLength > bytes.Length - headerStart)
            throw new InvalidDataException($"{source}: the .npy header claims {headerLength} bytes; {bytes.Length - headerStart} follow.");

        string header = Encoding.UTF8.GetString(bytes.Slice(headerStart, (int)headerLength));
        int dataStart = headerStart + (int)headerLength;
        return ParseArray(name, header, content[dataStart..], source);
    }

    private static TensorValue ParseArray(string name, string header, ReadOnlyMemory<byte> data, string source)
    {
        string descriptor = Field(DescriptorField(), header, "descr", source);
        (TensorElementType type, bool bigEndian) = ElementType(descriptor, source);
        bool fortranOrder = Field(OrderField(), header, "fortran_order", source) == "True";
        long[] shape = Field(ShapeField(), header, "shape", source)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(d => long.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value
                : throw new InvalidDataException($"{source}: \"{d}\" is not a dimension."))
            .ToArray();

        int size = TensorElements.GetSize(type);
        long length = 1;
        foreach (long dimension in shape.Contains(0) ? [0] : shape)
        {
            // Bounded by the bytes that are there before it can overflow.
            if (dimension > data.Length || length * dimension * size > data.Length)
                throw new InvalidDataException($"{source}: shape ({string.Join(", ", shape)}) of {type} needs more than the {data.Length} bytes that follow the header.");
            length *= dimension;
        }

        if (length * size != data.Length)
            throw new InvalidDataException($"{source}: shape ({string.Join(", ", shape)}) of {type} needs {length * size} bytes; {data.Length} follow the header.");

        byte[]? changed = null;
        if (bigEndian && size > 1)
            SwapBytes(changed = data.ToArray(), size);
        if (fortranOrder && shape.Length > 1)
            changed = ToRowMajor(changed ?? data.Span, shape, size);
        return new TensorValue(name, type, shape, changed ?? data);
    }

    private static List<TensorValue> ReadArchive(FileStream stream, string path)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            var tensors = new List<TensorValue>();
            foreach (ZipArchiveEntry entry in archive.Entries.Where(e => !e.FullName.EndsWith('/')))
            {
                string name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                using Stream content = entry.Open();
                tensors.Add(Parse(name, ReadAll(content, entry.Length, path), $"{path}, array '{name}'"));
            }

            return tensors.Count > 0 ? tensors : throw new InvalidDataException($"{path}: the archive holds no array.");
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: not a .npz archive, or damaged: {e.Message}", e);
        }
    }

    // The buffer grows with what is really there: the claimed length only ends the reading.
    private static byte[] ReadAll(Stream stream, long claimedLength, string path)
    {
        if (claimedLength > Array.MaxLength)
            throw new InvalidDataException($"{path}: {claimedLength} bytes are more than one tensor can hold.");
        using var buffer = new MemoryStream();
        Span<byte> chunk = stackalloc byte[16 * 1024];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            if (buffer.Length + read > claimedLength)
                throw new InvalidDataException($"{path}: more than the claimed {claimedLength} bytes.");
            buffer.Write(chunk[..read]);
        }

        return buffer.ToArray();
    }

    private static (TensorElementType Type, bool BigEndian) ElementType(string descriptor, string source)
    {
        bool bigEndian = descriptor.StartsWith('>');
        TensorElementType type = descriptor.TrimStart('<', '>', '|', '=') switch
        {
            "f2" => TensorElementType.Float16,
            "f4" => TensorElementType.Float,
            "f8" => TensorElementType.Double,
            "i1" => TensorElementType.Int8,
            "i2" => TensorElementType.Int16,
            "i4" => TensorElementType.Int32,
            "i8" => TensorElementType.Int64,
            "u1" => TensorElementType.UInt8,
            "u2" => TensorElementType.UInt16,
            "u4" => TensorElementType.UInt32,
            "u8" => TensorElementType.UInt64,
            "b1" => TensorElementType.Bool,
            _ => throw new NotSupportedException($"{source}: arrays of \"{descriptor}\" are not supported; numbers of 8 to 64 bits and booleans are."),
        };
        return (type, bigEndian);
    }

    private static string Field(Regex pattern, string header, string field, string source)
    {
        Match match = pattern.Match(header);
        return match.Success ? match.Groups[1].Value : throw new InvalidDataException($"{source}: the .npy header has no '{field}'.");
    }

    private static void SwapBytes(Span<byte> data, int size)
    {
        for (int i = 0; i < data.Length; i += size)
            data.Slice(i, size).Reverse();
    }

    private static byte[] ToRowMajor(ReadOnlySpan<byte> columnMajor, long[] shape, int size)
    {
        var result = new byte[columnMajor.Length];
        var index = new long[shape.Length];
        for (int target = 0; target < result.Length; target += size)
        {
            long source = 0;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
                source = (source * shape[axis]) + index[axis];
            columnMajor.Slice((int)source * size, size).CopyTo(result.AsSpan(target));
            for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
                index[axis] = 0;
        }

        return result;
    }

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]*)['"]""")]
    private static partial Regex DescriptorField();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)""")]
    private static partial Regex OrderField();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([^)]*)\)""")]
    private static partial Regex ShapeField();
}
