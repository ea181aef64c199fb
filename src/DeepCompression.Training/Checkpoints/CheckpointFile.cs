using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace DeepCompression.Training.Checkpoints;

/// <summary>
/// Reads and writes checkpoints. A file is written aside, flushed to the disk and renamed over the one before:
/// whenever the process or the machine stops, there is a whole checkpoint, the new one or the one before.
/// </summary>
/// <remarks>
/// Layout: the eight bytes <c>DCCHECK1</c>; the length of the header, int64; the header, JSON in UTF-8; the elements of all tensors
/// in the header's order without holes; SHA-256 of everything before. Integers are little-endian.
/// </remarks>
public static class CheckpointFile
{
    private const int MaxHeaderLength = 64 * 1024 * 1024; // bytes
    private const int PrefixLength = 16; // bytes: magic and header length

    private static ReadOnlySpan<byte> Magic => "DCCHECK1"u8;

    /// <summary>Writes a checkpoint; on return it is on the disk.</summary>
    /// <param name="checkpoint">What to write.</param>
    /// <param name="path">The file, which is replaced in one go.</param>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public static void Save(Checkpoint checkpoint, string path)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is string folder)
            Directory.CreateDirectory(folder);
        CheckpointHeader content = new(
            new SortedDictionary<string, string>(checkpoint.Notes.ToDictionary(), StringComparer.Ordinal),
            [.. checkpoint.Tensors.Select(t => new CheckpointEntry(t.Name, t.ElementSize, t.Values.Length))]);
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(content, CheckpointJson.Default.CheckpointHeader);
        byte[] prefix = [.. Magic, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64LittleEndian(prefix.AsSpan(Magic.Length), header.Length);

        string partial = path + ".partial";
        using (FileStream stream = new(partial, FileMode.Create, FileAccess.Write))
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (ReadOnlyMemory<byte> part in checkpoint.Tensors.Select(t => t.Values).Prepend(header).Prepend(prefix))
            {
                stream.Write(part.Span);
                hash.AppendData(part.Span);
            }

            stream.Write(hash.GetHashAndReset());
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is no checkpoint, or is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Checkpoint Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int body = bytes.Length - SHA256.HashSizeInBytes;
        if (body < PrefixLength || !bytes.AsSpan().StartsWith(Magic))
            throw new InvalidDataException($"{path}: not a checkpoint.");
        if (!SHA256.HashData(bytes.AsSpan(0, body)).AsSpan().SequenceEqual(bytes.AsSpan(body)))
            throw new InvalidDataException($"{path}: the checkpoint is damaged: its checksum does not hold.");
        long headerLength = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(Magic.Length));
        if (headerLength is < 0 or > MaxHeaderLength || headerLength > body - PrefixLength)
            throw new InvalidDataException($"{path}: the header claims {headerLength} bytes; {body - PrefixLength} follow.");

        CheckpointHeader header = ReadHeader(bytes.AsSpan(PrefixLength, (int)headerLength), path);
        Checkpoint checkpoint = new();
        foreach ((string name, string text) in header.Notes)
            checkpoint.SetNote(name, text);
        int position = PrefixLength + (int)headerLength;
        foreach (CheckpointEntry entry in header.Tensors)
        {
            if (entry.Bytes < 0 || entry.Bytes > body - position || entry.ElementSize < 1 || entry.Bytes % entry.ElementSize != 0 || checkpoint.Contains(entry.Name))
                throw new InvalidDataException($"{path}: the entry '{entry.Name}' does not fit the file.");
            checkpoint.Add(new CheckpointTensor(entry.Name, entry.ElementSize, bytes.AsMemory(position, entry.Bytes)));
            position += entry.Bytes;
        }

        return position == body ? checkpoint : throw new InvalidDataException($"{path}: {body - position} bytes belong to no entry.");
    }

    private static CheckpointHeader ReadHeader(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            CheckpointHeader? header = JsonSerializer.Deserialize(json, CheckpointJson.Default.CheckpointHeader);
            if (header is { Notes: not null, Tensors: not null })
                return header;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: the header is not readable: {e.Message}", e);
        }

        throw new InvalidDataException($"{path}: the header is not complete.");
    }
}
