using System.Runtime.InteropServices;

namespace DeepCompression.Kernels;

/// <summary>Memory outside the garbage collector's heap, aligned to a cache line, all zeros at first.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    /// <summary>Alignment of the first byte, and what lengths are rounded up to.</summary>
    public const int Alignment = 64; // bytes

    public NativeBuffer(long bytes)
        : this(bytes, written: 0)
    {
    }

    /// <summary>Allocates memory of which the first bytes will be written at once: only the others are set to zero.</summary>
    public NativeBuffer(long bytes, long written)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = (bytes + Alignment - 1) / Alignment * Alignment;
        long allocated = Math.Max(Bytes, Alignment);
        Pointer = (byte*)NativeMemory.AlignedAlloc((nuint)allocated, Alignment);
        NativeMemory.Clear(Pointer + written, (nuint)(allocated - written));
    }

    ~NativeBuffer() => Free();

    /// <summary>The first byte.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>The length.</summary>
    public long Bytes { get; }

    /// <summary>A buffer that holds a copy of the numbers. What is generic over them is not compiled ahead of time.</summary>
    public static NativeBuffer Copy(ReadOnlySpan<float> source)
    {
        long bytes = (long)source.Length * sizeof(float);
        NativeBuffer buffer = new(bytes, written: bytes);
        source.CopyTo(new Span<float>(buffer.Pointer, source.Length));
        return buffer;
    }

    /// <summary>A buffer that holds a copy of the elements.</summary>
    public static NativeBuffer Copy<T>(ReadOnlySpan<T> source)
        where T : unmanaged
    {
        long bytes = (long)source.Length * sizeof(T);
        NativeBuffer buffer = new(bytes, written: bytes);
        source.CopyTo(new Span<T>(buffer.Pointer, source.Length));
        return buffer;
    }

    /// <summary>A buffer that holds a copy of other memory. Spans of structures of ours are not compiled ahead of time.</summary>
    public static NativeBuffer Copy(void* source, long bytes)
    {
        NativeBuffer buffer = new(bytes, written: bytes);
        Buffer.MemoryCopy(source, buffer.Pointer, bytes, bytes);
        return buffer;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Pointer == null)
            return;
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
