namespace DeepCompression;

/// <summary>How a packed weight says which elements are not zero.</summary>
public enum PackingForm
{
    /// <summary>It does not: every element has a code or a value.</summary>
    Dense,

    /// <summary>One bit an element.</summary>
    Mask,

    /// <summary>The number of zeros before each non-zero: the relative index of Han et al. 2016, section 2.</summary>
    Gaps,
}
