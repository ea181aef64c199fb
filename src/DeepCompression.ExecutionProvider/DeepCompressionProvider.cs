using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Provider;

namespace DeepCompression.ExecutionProvider;

/// <summary>The execution provider as ONNX Runtime sees it: a name and a library to register.</summary>
/// <remarks>
/// The library is a trampoline of a few lines of C. <see cref="PrepareLibrary"/> loads it and stores the entry points of
/// this process in it; ONNX Runtime then finds the loaded library by the same path.
/// </remarks>
public static unsafe class DeepCompressionProvider
{
    /// <summary>The execution provider's name in ONNX Runtime.</summary>
    public const string Name = "DeepCompressionExecutionProvider";

    private static readonly Lock _lock = new();
    private static string? _path;

    /// <summary>The platform's name in a package's <c>runtimes</c> folder, for example <c>linux-x64</c>.</summary>
    public static string Platform { get; } =
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The runtime that registered the provider last; null where none did.</summary>
    internal static OrtRuntime? Runtime { get; private set; }

    /// <summary>Loads the trampoline and points it at this process.</summary>
    /// <returns>The absolute path to register.</returns>
    /// <exception cref="PlatformNotSupportedException">There is no trampoline for this platform.</exception>
    public static string PrepareLibrary()
    {
        lock (_lock)
        {
            if (_path is not null)
                return _path;

            string path = LibraryFile.Find() ?? throw new PlatformNotSupportedException(LibraryFile.Missing);
            nint library = NativeLibrary.Load(path);
            var setEntryPoints = (delegate* unmanaged<void*, void*, void>)NativeLibrary.GetExport(library, "DeepCompressionSetEntryPoints");
            delegate* unmanaged<byte*, OrtApiBase*, OrtLogger*, OrtEpFactory**, nuint, nuint*, OrtStatus*> create = &CreateFactories;
            delegate* unmanaged<OrtEpFactory*, OrtStatus*> release = &ReleaseFactory;
            setEntryPoints(create, release);
            return _path = path;
        }
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* CreateFactories(byte* name, OrtApiBase* apiBase, OrtLogger* logger, OrtEpFactory** factories, nuint maximum, nuint* count)
    {
        try
        {
            *count = 0;
            if (maximum < 1)
                throw new NotSupportedException("no room for a factory");
            Runtime = new OrtRuntime(apiBase);
            factories[0] = EpFactory.Create(Runtime);
            *count = 1;
            return null;
        }
        catch (Exception exception)
        {
            return OrtRuntime.ToStatus(apiBase, exception);
        }
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* ReleaseFactory(OrtEpFactory* factory)
    {
        EpFactory.Release(factory);
        return null;
    }
}
