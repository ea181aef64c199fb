namespace DeepCompression;

/// <summary>How symbols become bits in a packed weight.</summary>
public enum EntropyCoder
{
    /// <summary>For every weight the one of the two that pays; see <see cref="PackingOptions.RangeGain"/>.</summary>
    Auto,

    /// <summary>Canonical Huffman codes (Han et al. 2016, section 4): fast to decode.</summary>
    Huffman,

    /// <summary>An adaptive binary range coder with contexts: the smallest.</summary>
    Range,
}
