using Microsoft.Win32.SafeHandles;

namespace DeepCompression.Onnx;

/// <summary>Writes the parts of a file on all processors.</summary>
internal static class FileParts
{
    private const long LongContent = 8L << 20; // bytes

    /// <summary>Writes a new file.</summary>
    /// <param name="path">The path; no file is there yet.</param>
    /// <param name="parts">The parts, ascending.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="InvalidDataException">The source of a content is damaged or missing.</exception>
    public static void Write(string path, IReadOnlyList<FilePart> parts)
    {
        // Room is taken at once: a full disk is found before any work, and renaming over another file does not wait for the disk.
        long length = parts.Count == 0 ? 0 : parts[^1].Offset + parts[^1].Length;
        using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, length);
        RandomAccess.SetLength(file, length);
        WriteLiterals(file, parts);
        // Long contents use all processors themselves.
        List<FilePart> small = [];
        foreach (FilePart part in parts)
        {
            if (part.Content is { Length: < LongContent })
                small.Add(part);
        }

        WorkSharing.ForEach(small.Count, -1, i => small[i].Content!.WriteTo(file, small[i].Offset));
        foreach (FilePart part in parts)
        {
            if (part.Content is { Length: >= LongContent } content)
                content.WriteTo(file, part.Offset);
        }
    }

    /// <summary>Neighbours are written together: a part is often a few bytes.</summary>
    private static void WriteLiterals(SafeFileHandle file, IReadOnlyList<FilePart> parts)
    {
        using MemoryStream run = new();
        long start = 0;
        foreach (FilePart part in parts)
        {
            if (run.Length > 0 && (part.Content is not null || part.Offset != start + run.Length))
                Flush();
            if (part.Content is not null)
                continue;
            if (run.Length == 0)
                start = part.Offset;
            run.Write(part.Literal.Span);
        }

        Flush();

        void Flush()
        {
            RandomAccess.Write(file, run.GetBuffer().AsSpan(0, (int)run.Length), start);
            run.SetLength(0);
        }
    }
}
