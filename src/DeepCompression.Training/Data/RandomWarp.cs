namespace DeepCompression.Training.Data;

/// <summary>
/// Turns, scales, moves and bends each image of a batch at random, with linear interpolation; what comes in from outside is 0.
/// Bending moves the points of a coarse grid and what lies between them smoothly (a cheap form of the elastic distortions of
/// Simard et al. 2003, section 2).
/// </summary>
/// <param name="Field">The tensor that holds the images.</param>
/// <param name="Height">Pixel rows.</param>
/// <param name="Width">Pixel columns. A sample of several planes has them one after the other; all move together.</param>
public sealed record RandomWarp(string Field, int Height, int Width) : IAugmentation
{
    private const int Grid = 4; // points of the bending grid along a side

    /// <summary>The largest turn to either side, in degrees. Default 0.</summary>
    public double Degrees { get; init; }

    /// <summary>The largest change of size in each direction, 0 to less than 1: 0.1 is from 0.9 to 1.1. Default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to less than 1.</exception>
    public double Scale { get; init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Scale), value, "A change of size is 0 or more and less than 1."); }

    /// <summary>The farthest move in each direction, in pixels. Default 0.</summary>
    public double Pixels { get; init; }

    /// <summary>The farthest move of a point of the bending grid in each direction, in pixels. Default 0.</summary>
    public double Bend { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The batch lacks the tensor, or its samples are no whole number of planes.</exception>
    public void Apply(Batch batch, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<float> all = ImagePlanes.Of(batch, Field, Height, Width, out int sample);
        int plane = Height * Width;
        float[] before = new float[plane];
        float[] rows = new float[plane], columns = new float[plane];
        for (int i = 0; i < batch.Size; i++)
        {
            Place(random, rows, columns);
            for (int start = i * sample; start < (i + 1) * sample; start += plane)
            {
                all.Slice(start, plane).CopyTo(before);
                Sample(before, rows, columns, all.Slice(start, plane));
            }
        }
    }

    // Where each pixel of the new image comes from: the inverse of the turn, about the middle, then the bend.
    private void Place(SeededRandom random, float[] rows, float[] columns)
    {
        float angle = Draw(random, Degrees * Math.PI / 180);
        float tall = 1 / (1 + Draw(random, Scale)), wide = 1 / (1 + Draw(random, Scale));
        float down = Draw(random, Pixels), right = Draw(random, Pixels);
        (float sine, float cosine) = MathF.SinCos(angle);
        float middleRow = (Height - 1) / 2f, middleColumn = (Width - 1) / 2f;
        for (int r = 0, at = 0; r < Height; r++)
        {
            for (int c = 0; c < Width; c++, at++)
            {
                float y = r - middleRow - down, x = c - middleColumn - right;
                rows[at] = middleRow + (tall * ((cosine * y) - (sine * x)));
                columns[at] = middleColumn + (wide * ((sine * y) + (cosine * x)));
            }
        }

        if (Bend == 0)
            return;
        AddBend(random, rows);
        AddBend(random, columns);
    }

    private void AddBend(SeededRandom random, float[] places)
    {
        Span<float> grid = stackalloc float[Grid * Grid];
        foreach (ref float point in grid)
            point = Draw(random, Bend);
        for (int r = 0, at = 0; r < Height; r++)
        {
            (int top, float low) = Between(r, Height);
            for (int c = 0; c < Width; c++, at++)
            {
                (int left, float near) = Between(c, Width);
                int corner = (top * Grid) + left;
                float upper = grid[corner] + (near * (grid[corner + 1] - grid[corner]));
                float lower = grid[corner + Grid] + (near * (grid[corner + Grid + 1] - grid[corner + Grid]));
                places[at] += upper + (low * (lower - upper));
            }
        }
    }

    // The grid point before a pixel, and how far the pixel is on the way to the next, eased so that bends have no kinks.
    private static (int Point, float Share) Between(int pixel, int pixels)
    {
        float place = pixels == 1 ? 0 : pixel * (Grid - 1f) / (pixels - 1);
        int point = Math.Min((int)place, Grid - 2);
        float share = place - point;
        return (point, share * share * (3 - (2 * share)));
    }

    private void Sample(ReadOnlySpan<float> source, float[] rows, float[] columns, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            int row = (int)MathF.Floor(rows[i]), column = (int)MathF.Floor(columns[i]);
            float low = rows[i] - row, near = columns[i] - column;
            if (row >= 0 && column >= 0 && row < Height - 1 && column < Width - 1)
            {
                int at = (row * Width) + column;
                float upper = source[at] + (near * (source[at + 1] - source[at]));
                float lower = source[at + Width] + (near * (source[at + Width + 1] - source[at + Width]));
                destination[i] = upper + (low * (lower - upper));
                continue;
            }

            float edgeUpper = ((1 - near) * Pixel(source, row, column)) + (near * Pixel(source, row, column + 1));
            float edgeLower = ((1 - near) * Pixel(source, row + 1, column)) + (near * Pixel(source, row + 1, column + 1));
            destination[i] = edgeUpper + (low * (edgeLower - edgeUpper));
        }
    }

    private float Pixel(ReadOnlySpan<float> source, int row, int column) =>
        (uint)row < (uint)Height && (uint)column < (uint)Width ? source[(row * Width) + column] : 0;

    private static float Draw(SeededRandom random, double largest) => (float)(largest * ((2 * random.NextDouble()) - 1));
}
