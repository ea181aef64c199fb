namespace MLNetPipeline;

/// <summary>Digits drawn as on a seven-segment display, shifted and with noise, so that the sample runs without a download.</summary>
internal static class DrawnDigits
{
    // Segments: top, upper left, upper right, middle, lower left, lower right, bottom.
    private static readonly string[] _segments = ["1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"];
    private static readonly (int X, int Y, int Width, int Height)[] _bars = [(8, 4, 12, 3), (8, 4, 3, 10), (17, 4, 3, 10), (8, 12, 12, 3), (8, 13, 3, 10), (17, 13, 3, 10), (8, 21, 12, 3)];

    /// <summary>Makes 2,000 digits to train with and 500 others.</summary>
    public static (Digit[] Training, Digit[] Test) Create() => (Draw(2000, seed: 1), Draw(500, seed: 2));

    private static Digit[] Draw(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(i => Draw(i % 10, random))];
    }

    private static Digit Draw(int digit, Random random)
    {
        float[] pixels = new float[784];
        (int dx, int dy) = (random.Next(-3, 4), random.Next(-3, 4));
        for (int segment = 0; segment < 7; segment++)
        {
            if (_segments[digit][segment] == '0')
                continue;
            (int left, int top, int width, int height) = _bars[segment];
            for (int y = top + dy; y < top + dy + height; y++)
                pixels.AsSpan((y * 28) + left + dx, width).Fill(0.8f);
        }

        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = Math.Clamp(pixels[i] + ((random.NextSingle() - 0.5f) * 0.9f), 0, 1);
        return new Digit { Pixels = pixels, Label = (uint)digit };
    }
}
