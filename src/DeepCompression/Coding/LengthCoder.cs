namespace DeepCompression.Coding;

/// <summary>
/// Codes small signed changes: whether there is one, its sign, and its size in unary, in contexts of the sign of the change before
/// (FORMAT.md, "Changes").
/// </summary>
internal static class LengthCoder
{
    /// <summary>Contexts that a coder of changes needs.</summary>
    public const int ContextCount = 3 + 3 + MaxUnary;

    private const int Sign = 3, Unary = 6, MaxUnary = 6;

    /// <summary>Codes a change from <paramref name="least"/> to <paramref name="most"/>; a decoded one beyond is bad data.</summary>
    public static int Code<TCoder>(ref TCoder coder, Span<AdaptiveBit> contexts, int change, int least, int most, ref int previousSign)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        int context = previousSign + 1;
        previousSign = 0;
        if (coder.Code(change != 0 ? 1 : 0, ref contexts[context]) == 0)
            return 0;

        bool negative = coder.Code(change < 0 ? 1 : 0, ref contexts[Sign + context]) != 0;
        int limit = negative ? -least : most;
        int size = 1;
        while (size <= limit && coder.Code(size < Math.Abs(change) ? 1 : 0, ref contexts[Unary + Math.Min(size, MaxUnary) - 1]) != 0)
            size++;
        if (size > limit)
            throw new InvalidDataException($"The side information has a change beyond {(negative ? least : most)}.");
        previousSign = negative ? -1 : 1;
        return negative ? -size : size;
    }
}
