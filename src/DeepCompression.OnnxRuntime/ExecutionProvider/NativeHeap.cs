using System.Runtime.InteropServices;

namespace DeepCompression.OnnxRuntime;

/// <summary>Memory outside the garbage collector's heap.</summary>
internal static unsafe class NativeHeap
{
    private static readonly delegate* unmanaged<nuint, int> _trim = Find();

    /// <summary>
    /// Gives memory that was freed back to the system, where the C library has a call for it (glibc): making a session frees many
    /// times what the session keeps, between blocks that stay.
    /// </summary>
    public static void Trim()
    {
        if (_trim != null)
            _trim(0);
    }

    private static delegate* unmanaged<nuint, int> Find() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "malloc_trim", out nint trim)
            ? (delegate* unmanaged<nuint, int>)trim
            : null;
}
