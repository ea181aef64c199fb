using System.Runtime.CompilerServices;

namespace DeepCompression.Coding;

/// <summary>
/// The probability that the next bit is 1, learned from the bits so far: the mean of them all at first, and of about the last
/// <see cref="Limit"/> later (FORMAT.md, "Adaptive bits").
/// </summary>
internal struct AdaptiveBit
{
    /// <summary>The slowest rate of learning is one over this plus a half.</summary>
    public const int Limit = 255; // bits seen

    private static readonly int[] Reciprocals = MakeReciprocals();

    // Probability of 1 in the upper 22 bits, bits seen in the lower 10.
    private uint _state;

    /// <summary>A half, learned from nothing.</summary>
    public static AdaptiveBit Even => new() { _state = 1u << 31 };

    /// <summary>The probability of 1 in 16 bits, 32 to 65504.</summary>
    public readonly int Probability
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Math.Clamp((int)(_state >> 16), 32, 65504);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update(int bit)
    {
        int seen = (int)(_state & 1023);
        int probability = (int)(_state >> 10);
        probability += (int)(((long)((bit << 22) - bit - probability) * Reciprocals[seen]) >> 16);
        _state = ((uint)probability << 10) | (uint)(seen < Limit ? seen + 1 : seen);
    }

    private static int[] MakeReciprocals()
    {
        int[] reciprocals = new int[Limit + 1];
        for (int seen = 0; seen <= Limit; seen++)
            reciprocals[seen] = 65536 * 2 / ((2 * seen) + 3);
        return reciprocals;
    }
}
