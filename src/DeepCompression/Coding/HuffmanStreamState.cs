namespace DeepCompression.Coding;

/// <summary>How far a stream has been decoded: all that passes from the fast loop to the careful one.</summary>
internal struct HuffmanStreamState
{
    /// <summary>Bits read.</summary>
    public long BitPosition;

    /// <summary>Symbols written.</summary>
    public int Written;
}
