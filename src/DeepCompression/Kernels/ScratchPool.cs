namespace DeepCompression.Kernels;

/// <summary>
/// Working memory that concurrent calls borrow. A call takes a buffer that is large enough or makes one; what is
/// given back is kept, up to <see cref="Slots"/> buffers, so that a steady state allocates nothing.
/// </summary>
internal sealed class ScratchPool : IDisposable
{
    private const int Slots = 8; // buffers kept: more calls at a time than that allocate

    private readonly NativeBuffer?[] _kept = new NativeBuffer?[Slots];

    /// <summary>Borrows at least <paramref name="bytes"/>; the content is what the last borrower left, or zeros.</summary>
    public NativeBuffer Rent(long bytes)
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            NativeBuffer? buffer = Interlocked.Exchange(ref _kept[slot], null);
            if (buffer is null)
                continue;
            if (buffer.Bytes >= bytes)
                return buffer;
            buffer.Dispose();
        }

        return new NativeBuffer(bytes);
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(NativeBuffer buffer)
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            if (Interlocked.CompareExchange(ref _kept[slot], buffer, null) is null)
                return;
        }

        buffer.Dispose();
    }

    public void Dispose()
    {
        for (int slot = 0; slot < Slots; slot++)
            Interlocked.Exchange(ref _kept[slot], null)?.Dispose();
    }
}
