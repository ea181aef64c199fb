namespace DeepCompression;

/// <summary>
/// Runs a loop over a span in pieces on all cores. Pieces are cut at fixed places, so results do not depend on the number of cores.
/// </summary>
internal static unsafe class SpanChunks
{
    /// <summary>Elements a piece: a multiple of the 64 bits of a mask word, small enough to balance, large enough to be worth a task.</summary>
    public const int Length = 1 << 18;

    public delegate void Body<T>(ReadOnlySpan<T> chunk, int start);

    public delegate void Body<TSource, TDestination>(ReadOnlySpan<TSource> source, Span<TDestination> destination, int start);

    public static int Count(int length) => (int)(((long)length + Length - 1) / Length);

    /// <summary>Calls <paramref name="body"/> for every piece; <c>start</c> is the index of its first element. An empty span has no piece.</summary>
    public static void For<T>(ReadOnlySpan<T> source, Body<T> body)
        where T : unmanaged
    {
        if (source.Length <= Length)
        {
            if (!source.IsEmpty)
                body(source, 0);
            return;
        }

        // The span is pinned until every task is done, and no piece reaches beyond its length.
        fixed (T* pointer = source)
        {
            (nint address, int length) = ((nint)pointer, source.Length);
            Parallel.For(0, Count(length), chunk =>
            {
                int start = chunk * Length;
                body(new ReadOnlySpan<T>((T*)address + start, Math.Min(Length, length - start)), start);
            });
        }
    }

    /// <summary>As above, with the piece of a destination of at least the same length.</summary>
    public static void For<TSource, TDestination>(ReadOnlySpan<TSource> source, Span<TDestination> destination, Body<TSource, TDestination> body)
        where TSource : unmanaged
        where TDestination : unmanaged
    {
        destination = destination[..source.Length];
        fixed (TDestination* pointer = destination)
        {
            nint address = (nint)pointer;
            For(source, (chunk, start) => body(chunk, new Span<TDestination>((TDestination*)address + start, chunk.Length), start));
        }
    }
}
