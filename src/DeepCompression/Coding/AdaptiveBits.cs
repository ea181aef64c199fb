namespace DeepCompression.Coding;

/// <summary>Arrays of contexts.</summary>
internal static class AdaptiveBits
{
    public static AdaptiveBit[] New(int count)
    {
        AdaptiveBit[] bits = new AdaptiveBit[count];
        bits.AsSpan().Fill(AdaptiveBit.Even);
        return bits;
    }
}
