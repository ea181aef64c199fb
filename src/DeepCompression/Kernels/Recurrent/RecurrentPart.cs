using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// The hidden units that one thread computes in a step, with the recurrent weights of all their gates. A GRU that
/// resets before the product needs two: the gates first, then the hidden rows on the reset state.
/// </summary>
internal sealed class RecurrentPart(int firstUnit, int endUnit, SlidingLayout gates, SlidingLayout? hidden) : IDisposable
{
    /// <summary>The first unit; a multiple of 16.</summary>
    public int FirstUnit { get; } = firstUnit;

    /// <summary>The unit behind the last.</summary>
    public int EndUnit { get; } = endUnit;

    /// <summary>The rows of the first product.</summary>
    public SlidingLayout Gates { get; } = gates;

    /// <summary>The rows of the second product, where there is one.</summary>
    public SlidingLayout? Hidden { get; } = hidden;

    public long Bytes => Gates.Bytes + (Hidden?.Bytes ?? 0);

    /// <summary>Shares the units of a direction among parts.</summary>
    public static RecurrentPart[] Split(RecurrentGeometry geometry, CsrMatrix weights, int parts)
    {
        int units = geometry.Hidden, tiles = (units + SlidingLayout.Lanes - 1) / SlidingLayout.Lanes;
        bool twice = geometry is { Kind: RecurrentKind.Gru, LinearBeforeReset: false };
        parts = Math.Clamp(parts, 1, Math.Max(tiles, 1));
        RecurrentPart[] result = new RecurrentPart[parts];
        for (int part = 0; part < parts; part++)
        {
            int first = tiles * part / parts * SlidingLayout.Lanes, end = Math.Min(tiles * (part + 1) / parts * SlidingLayout.Lanes, units);
            result[part] = new RecurrentPart(
                first, end, Build(weights, units, first, end, 0, twice ? 2 : geometry.Gates), twice ? Build(weights, units, first, end, 2, 3) : null);
        }

        return result;
    }

    public void Dispose()
    {
        Gates.Dispose();
        Hidden?.Dispose();
    }

    private static SlidingLayout Build(CsrMatrix weights, int units, int firstUnit, int endUnit, int firstGate, int endGate)
    {
        if (weights.Groups > 1 && weights.Rows / weights.Groups % units != 0)
            throw new ArgumentException($"{weights.Groups} codebooks are not whole gates of {units} units.", nameof(weights));
        List<int> order = [];
        for (int gate = firstGate; gate < endGate; gate++)
        {
            order.AddRange(Enumerable.Range((gate * units) + firstUnit, endUnit - firstUnit));
            while (order.Count % SlidingLayout.Lanes != 0)
                order.Add(-1);
        }

        return SlidingLayout.TryBuild(weights, [.. order]) ?? throw new ArgumentException("A codebook of 256 recurrent weights has no zero.", nameof(weights));
    }
}
