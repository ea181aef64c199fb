namespace DeepCompression.Benchmarks.Lenet;

/// <summary>What a network wants of a pixel: the order of its planes, what is subtracted from bytes and what multiplied.</summary>
/// <param name="IsBlueFirst">Blue, green, red instead of red, green, blue.</param>
/// <param name="Red">Subtracted from red.</param>
/// <param name="Green">Subtracted from green.</param>
/// <param name="Blue">Subtracted from blue.</param>
/// <param name="Factor">What the difference is multiplied with.</param>
internal sealed record PixelScale(bool IsBlueFirst, float Red, float Green, float Blue, float Factor)
{
    /// <summary>Red, green, blue from 0 to 1.</summary>
    public static PixelScale Unit { get; } = new(false, 0, 0, 0, 1f / 255);

    /// <summary>Blue, green, red from 0 to 255 minus the means of ImageNet, as Caffe's networks want it.</summary>
    public static PixelScale Caffe { get; } = new(true, 123, 117, 104, 1);

    public void Write(float red, float green, float blue, Span<float> planes, int place, int plane)
    {
        (red, green, blue) = ((red - Red) * Factor, (green - Green) * Factor, (blue - Blue) * Factor);
        planes[place] = IsBlueFirst ? blue : red;
        planes[plane + place] = green;
        planes[(2 * plane) + place] = IsBlueFirst ? red : blue;
    }
}
