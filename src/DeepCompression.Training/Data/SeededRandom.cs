namespace DeepCompression.Training.Data;

/// <summary>
/// Random numbers that depend on a seed and a stream alone, the same on every machine and in every version: SplitMix64
/// (Steele, Lea, Flood 2014). Whatever needs random numbers in training draws them from the stream of its step or epoch,
/// so no state has to be saved to resume.
/// </summary>
public sealed class SeededRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Starts the stream of a seed.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="stream">What the numbers are for; different streams are independent.</param>
    public SeededRandom(ulong seed, ulong stream = 0) => _state = Mix(Mix(seed + Golden) ^ (stream * 0xD1342543DE82EF95));

    // The kinds of streams stand in the upper bits, a step or epoch in the lower.
    internal const ulong SplitStream = 1UL << 56;
    internal const ulong OrderStream = 2UL << 56;
    internal const ulong AugmentationStream = 3UL << 56;
    internal const ulong WeightStream = 4UL << 56;

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Golden);

    /// <summary>A number in 0 .. <paramref name="bound"/> - 1, all equally likely to within 2^-32.</summary>
    /// <param name="bound">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is less than 1.</exception>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Math.BigMul(NextBits(), (ulong)bound, out _);
    }

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A normally distributed number of mean 0 and variance 1 (Box and Muller 1958).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Puts values in random order, all orders equally likely (Fisher and Yates).</summary>
    /// <param name="values">The values.</param>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
