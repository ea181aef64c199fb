using System.Runtime.InteropServices;

namespace MLNet.DeepCompression.Scoring;

/// <summary>The heap that ONNX Runtime allocates from.</summary>
internal static class NativeHeap
{
    private static bool _canTrim = OperatingSystem.IsLinux();

    /// <summary>Gives free memory back to the system: creating a session takes much more than it keeps. Does nothing where the C library cannot.</summary>
    public static void Trim()
    {
        if (!_canTrim)
            return;
        try
        {
            _ = TrimHeap(0);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            _canTrim = false; // not glibc
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int TrimHeap(nuint pad);
}
