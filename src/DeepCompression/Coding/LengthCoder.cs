namespace DeepCompression.Coding;

/// <summary>
/// Codes small signed changes: whether there is one, its sign, and its size in unary, in contexts of the sign of the change before
/// (FORMAT.md, "Change").
/// </summary>
internal static class LengthCoder
{
    /// <summary>Contexts that a coder of changes needs.</summary>
    public const int ContextCount = 3 + 3 + MaxUnary;

    private const int Sign = 3, Unary = 6, MaxUnary = 6;

    public static void Encode(RangeEncoder encoder, Span<AdaptiveBit> contexts, int change, ref int previousSign)
    {
        int context = previousSign + 1;
        encoder.Encode(change != 0 ? 1 : 0, ref contexts[context]);
        previousSign = Math.Sign(change);
        if (change == 0)
            return;

        encoder.Encode(change < 0 ? 1 : 0, ref contexts[Sign + context]);
        for (int size = Math.Abs(change), i = 1; i <= size; i++)
            encoder.Encode(i < size ? 1 : 0, ref contexts[Unary + Math.Min(i, MaxUnary) - 1]);
    }

    /// <summary>Decodes a change from <paramref name="least"/> to <paramref name="most"/>; anything else is bad data.</summary>
    public static int Decode(ref RangeDecoder decoder, Span<AdaptiveBit> contexts, int least, int most, ref int previousSign)
    {
        int context = previousSign + 1;
        if (decoder.Decode(ref contexts[context]) == 0)
        {
            previousSign = 0;
            return 0;
        }

        bool negative = decoder.Decode(ref contexts[Sign + context]) != 0;
        int limit = negative ? -least : most;
        int size = 1;
        while (size <= limit && decoder.Decode(ref contexts[Unary + Math.Min(size, MaxUnary) - 1]) != 0)
            size++;
        if (size > limit)
            throw new InvalidDataException($"The side information has a change beyond {(negative ? least : most)}.");
        previousSign = negative ? -1 : 1;
        return negative ? -size : size;
    }
}
