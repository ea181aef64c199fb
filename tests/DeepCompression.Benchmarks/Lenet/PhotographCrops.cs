using DeepCompression.Training.Data;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// Square pieces of photographs, each of a place and size of its own that its number and a seed decide, mirrored or not, scaled by the mean
/// of the pixels that fall together. A sample has three planes.
/// </summary>
internal sealed class PhotographCrops : IBatchSource
{
    private readonly IReadOnlyList<Photograph> _photographs;
    private readonly int _side;
    private readonly ulong _seed;
    private readonly PixelScale _scale;

    public PhotographCrops(IReadOnlyList<Photograph> photographs, int count, int side, ulong seed, string field, PixelScale scale)
    {
        (_photographs, Count, _side, _seed, _scale) = (photographs, count, side, seed, scale);
        Fields = [new BatchField(field, FieldType.Float32, new TensorShape(3, side, side))];
    }

    public int Count { get; }

    public IReadOnlyList<BatchField> Fields { get; }

    public void Read(ReadOnlySpan<int> samples, Batch batch)
    {
        int length = 3 * _side * _side;
        Span<float> all = batch.GetFloats(0);
        for (int i = 0; i < samples.Length; i++)
            Read(new SeededRandom(_seed, (ulong)samples[i]), all.Slice(i * length, length));
    }

    private void Read(SeededRandom random, Span<float> planes)
    {
        Photograph photograph = _photographs[random.NextInt(_photographs.Count)];
        int longest = Math.Min(photograph.Height, photograph.Width);
        int shortest = Math.Min(longest, _side);
        int size = (int)(shortest * Math.Pow((double)longest / shortest, random.NextDouble()));
        int top = random.NextInt(photograph.Height - size + 1);
        int left = random.NextInt(photograph.Width - size + 1);
        bool mirrors = random.NextInt(2) == 1;
        ReadOnlySpan<byte> pixels = photograph.Pixels.Span;
        for (int row = 0; row < _side; row++)
        {
            (int firstRow, int lastRow) = Span(row, size);
            for (int column = 0; column < _side; column++)
            {
                (int firstColumn, int lastColumn) = Span(column, size);
                (int red, int green, int blue) = (0, 0, 0);
                for (int r = top + firstRow; r < top + lastRow; r++)
                {
                    for (int at = 3 * ((r * photograph.Width) + left + firstColumn), end = at + (3 * (lastColumn - firstColumn)); at < end; at += 3)
                        (red, green, blue) = (red + pixels[at], green + pixels[at + 1], blue + pixels[at + 2]);
                }

                float share = 1f / ((lastRow - firstRow) * (lastColumn - firstColumn));
                int place = (row * _side) + (mirrors ? _side - 1 - column : column);
                _scale.Write(red * share, green * share, blue * share, planes, place, _side * _side);
            }
        }
    }

    // The rows or columns of the piece that fall on one of the sample: at least one.
    private (int First, int Last) Span(int place, int size)
    {
        int first = (int)((long)place * size / _side);
        return (first, Math.Max(first + 1, (int)((place + 1L) * size / _side)));
    }
}
