namespace DeepCompression.Coding;

/// <summary>Arrays of contexts.</summary>
internal static class AdaptiveBits
{
    public static AdaptiveBit[] New(int count)
    {
        AdaptiveBit[] bits = new AdaptiveBit[count];
        for (int i = 0; i < bits.Length; i++)
            bits[i] = AdaptiveBit.Even;
        return bits;
    }
}
