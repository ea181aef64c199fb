using System.Globalization;
using System.IO.MemoryMappedFiles;
using DeepCompression.Onnx.Schema;
using Microsoft.Win32.SafeHandles;

namespace DeepCompression.Onnx;

/// <summary>Where the external data of a tensor is: a file below the model's folder, and a range of its bytes.</summary>
/// <param name="Tensor">The name of the tensor, for messages.</param>
/// <param name="Location">The path of the file, relative to the model's folder.</param>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">The number of bytes, or null for as many as the shape needs.</param>
internal sealed record ExternalTensor(string Tensor, string Location, long Offset, long? Length)
{
    private const int Piece = 1 << 18; // bytes copied at a time: they stay in the second-level cache

    /// <summary>Reads the entries of <c>external_data</c>.</summary>
    /// <exception cref="InvalidDataException">The location is missing, or a number is not one.</exception>
    public static ExternalTensor Parse(TensorProto tensor)
    {
        string? location = null;
        long offset = 0;
        long? length = null;
        foreach (StringStringEntryProto entry in tensor.ExternalData)
        {
            switch (entry.Key)
            {
                case "location": location = entry.Value; break;
                case "offset": offset = ParseNumber(tensor, entry); break;
                case "length": length = ParseNumber(tensor, entry); break;
            }
        }

        return string.IsNullOrEmpty(location)
            ? throw new InvalidDataException($"tensor '{tensor.Name}': its external data has no location.")
            : new ExternalTensor(tensor.Name, location, offset, length);
    }

    /// <summary>Reads the data through a memory map of just its range.</summary>
    /// <param name="modelPath">The path of the model.</param>
    /// <param name="bytes">The number of bytes that the shape needs.</param>
    /// <exception cref="InvalidDataException">The file is missing, too short, or outside the model's folder.</exception>
    public byte[] Read(string? modelPath, long bytes)
    {
        using MemoryMappedViewAccessor? view = Map(modelPath, bytes);
        byte[] result = GC.AllocateUninitializedArray<byte>((int)bytes);
        view?.SafeMemoryMappedViewHandle.ReadSpan((ulong)view.PointerOffset, result.AsSpan());
        return result;
    }

    /// <summary>Copies the data to another file, piece by piece.</summary>
    /// <param name="modelPath">The path of the model.</param>
    /// <param name="bytes">The number of bytes that the shape needs.</param>
    /// <param name="destination">The other file.</param>
    /// <param name="offset">Where the data begins in it.</param>
    /// <exception cref="InvalidDataException">The file is missing, too short, or outside the model's folder.</exception>
    public void CopyTo(string? modelPath, long bytes, SafeFileHandle destination, long offset)
    {
        string path = Resolve(modelPath);
        CheckRange(path, bytes);
        using SafeFileHandle source = File.OpenHandle(path);
        byte[] buffer = new byte[Piece];
        for (long done = 0; done < bytes;)
        {
            int count = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(bytes - done, buffer.Length)), Offset + done);
            if (count == 0)
                throw new InvalidDataException($"tensor '{Tensor}': external data '{Location}' ended early.");
            RandomAccess.Write(destination, buffer.AsSpan(0, count), offset + done);
            done += count;
        }
    }

    /// <summary>Checks that the data is there.</summary>
    /// <inheritdoc cref="Read"/>
    public void Check(string? modelPath, long bytes) => CheckRange(Resolve(modelPath), bytes);

    /// <summary>The full path of the file.</summary>
    /// <exception cref="InvalidDataException">The file is missing or outside the model's folder.</exception>
    public string Resolve(string? modelPath)
    {
        if (modelPath is null)
            throw new InvalidDataException($"tensor '{Tensor}': external data '{Location}' needs a model that was loaded from a file.");

        string folder = Path.GetDirectoryName(modelPath)!;
        string path = Path.GetFullPath(Path.Combine(folder, Location));
        if (Path.IsPathRooted(Location) || Location.Contains('\0') || !IsInside(folder, path))
            throw new InvalidDataException($"tensor '{Tensor}': external data '{Location}' is outside the model's folder and is not read.");
        if (!File.Exists(path))
            throw new InvalidDataException($"tensor '{Tensor}': external data '{Location}' is missing.");
        if (File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target && !IsInside(folder, target.FullName))
            throw new InvalidDataException($"tensor '{Tensor}': external data '{Location}' links outside the model's folder and is not read.");
        return path;
    }

    private static bool IsInside(string folder, string path) =>
        path.StartsWith(folder.EndsWith(Path.DirectorySeparatorChar) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static long ParseNumber(TensorProto tensor, StringStringEntryProto entry) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new InvalidDataException($"tensor '{tensor.Name}': the {entry.Key} '{entry.Value}' of its external data is no number.");

    private MemoryMappedViewAccessor? Map(string? modelPath, long bytes)
    {
        string path = Resolve(modelPath);
        CheckRange(path, bytes);
        if (bytes == 0)
            return null;
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        return file.CreateViewAccessor(Offset, bytes, MemoryMappedFileAccess.Read);
    }

    private void CheckRange(string path, long bytes)
    {
        if (Length is { } length && length != bytes)
            throw new InvalidDataException($"tensor '{Tensor}': its shape needs {bytes} bytes; its external data has {length}.");
        long available = new FileInfo(path).Length;
        if (Offset > available || available - Offset < bytes)
            throw new InvalidDataException($"tensor '{Tensor}': external data '{Location}' of {available} bytes ends before {Offset} + {bytes}.");
    }
}
