namespace DeepCompression.Kernels;

/// <summary>
/// Working memory that calls borrow, of all layers together: those of a network run one after another, and what one leaves is still
/// near when the next begins. A call takes a buffer that is large enough or makes one; what is given back is kept, up to
/// <see cref="Slots"/> buffers, so that a steady state allocates nothing, until the last layer is disposed of.
/// </summary>
internal sealed class ScratchPool : IDisposable
{
    private const int Slots = 8; // buffers kept: more calls at a time than that allocate

    private static readonly NativeBuffer?[] _kept = new NativeBuffer?[Slots];
    private static int _layers;

    private int _isDisposed;

    /// <summary>Makes the share of a layer.</summary>
    public ScratchPool() => Interlocked.Increment(ref _layers);

    /// <summary>Borrows at least <paramref name="bytes"/>; the content is what the last borrower left, or zeros.</summary>
    public NativeBuffer Rent(long bytes)
    {
        NativeBuffer? small = null; // gives way to the larger one, where there is none
        for (int slot = 0; slot < Slots; slot++)
        {
            NativeBuffer? buffer = Interlocked.Exchange(ref _kept[slot], null);
            if (buffer is null)
                continue;
            if (small is not null)
                Return(small);
            if (buffer.Bytes >= bytes)
                return buffer;
            small = buffer;
        }

        small?.Dispose();
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
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1 || Interlocked.Decrement(ref _layers) > 0)
            return;
        for (int slot = 0; slot < Slots; slot++)
            Interlocked.Exchange(ref _kept[slot], null)?.Dispose();
    }
}
