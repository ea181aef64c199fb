namespace DeepCompression;

/// <summary>How <see cref="TensorCompressor"/> packs a weight. No option changes a value.</summary>
public sealed record PackingOptions
{
    /// <summary>The entropy coder. Default: <see cref="EntropyCoder.Auto"/>.</summary>
    public EntropyCoder Coder { get; init; } = EntropyCoder.Auto;

    /// <summary>
    /// What <see cref="EntropyCoder.Auto"/> asks of the range coder, which is slower to decode: the share of the Huffman size
    /// that it saves, 0..1. Of weights under 65536 elements nothing is asked, they take no time. Default: 0.02.
    /// </summary>
    public double RangeGain { get; init; } = 0.02;

    /// <summary>The form; where null, the smallest one. Default: null. The range coder knows no choice: it codes a mask where there can be zeros.</summary>
    public PackingForm? Form { get; init; }

    /// <summary>Bits a gap, 2 to 8, where the form is <see cref="PackingForm.Gaps"/>; where null, those that give the smallest result. Default: null.</summary>
    public int? GapBits { get; init; }

    /// <summary>The most threads that work on one weight; -1 for all processors. Default: -1.</summary>
    public int MaxDegreeOfParallelism { get; init; } = -1;
}
