using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace DeepCompression.Onnx;

/// <summary>A file as memory that is read only where it is looked at. The mapping ends when it is disposed of.</summary>
internal sealed unsafe class MappedFile : MemoryManager<byte>
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private bool _isUnmapped;
    private readonly int _length;

    /// <summary>Maps a file of at most 2 GB that is not empty.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public MappedFile(string path)
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _length = checked((int)new FileInfo(path).Length);
        _view = file.CreateViewAccessor(0, _length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    // The view is as long as the file was when it was mapped, which bounds every span.
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_isUnmapped, this);
        return new(_start, _length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_isUnmapped, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length, nameof(elementIndex));
        return new(_start + elementIndex, default, this);
    }

    public override void Unpin()
    {
        // The memory does not move.
    }

    /// <summary>Lets go of the pages that were looked at; looking again reads them again. Does nothing where the C library is not glibc.</summary>
    public void ReleasePages()
    {
        const int DontNeed = 4; // MADV_DONTNEED
        if (!OperatingSystem.IsLinux() || _view.SafeMemoryMappedViewHandle.IsClosed)
            return;
        try
        {
            _ = Advise(_start, (nuint)_length, DontNeed);
        }
        catch (DllNotFoundException)
        {
            // Another C library: the pages stay until the system needs them.
        }
    }

    // Without a call to Dispose the mapping stays: spans may still look at it, and its pages are the file's own.
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isUnmapped)
        {
            _isUnmapped = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
    }

    [DllImport("libc.so.6", EntryPoint = "madvise")]
    private static extern int Advise(byte* address, nuint length, int advice);
}
