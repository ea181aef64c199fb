namespace DeepCompression.Coding;

/// <summary>Either side of the range coder, so that a model is written once for both.</summary>
internal interface IBitCoder
{
    /// <summary>Whether bits come out of the coder.</summary>
    static abstract bool IsDecoder { get; }

    /// <summary>Codes a bit whose probability of being 1 is <paramref name="probability"/> / 65536.</summary>
    /// <param name="bit">The bit to encode; nothing to a decoder.</param>
    /// <param name="probability">32 to 65504.</param>
    /// <returns>The bit that was encoded or decoded.</returns>
    int Code(int bit, int probability);
}
