using System.Runtime.InteropServices;

namespace DeepCompression;

/// <summary>Where threads run. Linux alone: elsewhere, and where it refuses, nothing is known and nothing changes.</summary>
internal static unsafe partial class Processors
{
    private const int MaskBytes = 128; // of 1,024 processors
    private const int Self = 0;

    /// <summary>The processor that the calling thread runs on; -1 where that is not known.</summary>
    public static int Current
    {
        get
        {
            try
            {
                return OperatingSystem.IsLinux() ? sched_getcpu() : -1;
            }
            catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
            {
                return -1; // another C library
            }
        }
    }

    /// <summary>
    /// Keeps the calling thread off a processor, if it has others. A virtual processor at rest counts as taken by the host, so that the
    /// system puts a thread that wakes up beside one that runs.
    /// </summary>
    public static void Leave(int processor)
    {
        if (processor is < 0 or >= MaskBytes * 8)
            return;
        byte* mask = stackalloc byte[MaskBytes];
        int bytes = sched_getaffinity(Self, MaskBytes, mask);
        if (bytes < 0)
            return;
        mask[processor / 8] &= (byte)~(1 << (processor % 8));
        _ = sched_setaffinity(Self, MaskBytes, mask); // which refuses where no processor is left
    }

    [LibraryImport("libc")]
    private static partial int sched_getcpu();

    [LibraryImport("libc")]
    private static partial int sched_getaffinity(int thread, nint bytes, byte* mask);

    [LibraryImport("libc")]
    private static partial int sched_setaffinity(int thread, nint bytes, byte* mask);
}
