using System.Runtime.CompilerServices;

namespace DeepCompression.Coding;

/// <summary>
/// The probability that the next bit is 1, learned from the bits so far: the mean of them all at first, and of about the last
/// <see cref="Limit"/> later (FORMAT.md, "Adaptive bits").
/// </summary>
internal struct AdaptiveBit
{
    /// <summary>From this many bits on the rate of learning stays the same.</summary>
    public const int Limit = 255; // bits seen

    private const int Prior = 2, InheritedPrior = 6; // bits that the first probability counts for

    private static readonly int[] Rates = MakeRates(Prior);
    private static readonly int[] InheritedRates = MakeRates(InheritedPrior);

    // Probability of 1 in the upper 22 bits, bits seen in the lower 10.
    private uint _state;

    /// <summary>A half, learned from nothing.</summary>
    public static AdaptiveBit Even => new() { _state = 1u << 31 };

    /// <summary>The probability of 1 in 16 bits, 0 to 65535.</summary>
    public readonly int Probability
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)(_state >> 16);
    }

    /// <summary>Learns a bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update(int bit) => Update(bit, Rates);

    /// <summary>Learns a bit of a context that began as another one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void UpdateInherited(int bit) => Update(bit, InheritedRates);

    /// <summary>Takes over the probability of another context if this one has seen nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void InheritIfNew(in AdaptiveBit parent)
    {
        if ((_state & 1023) == 0)
            _state = parent._state & ~1023u;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Update(int bit, int[] rates)
    {
        int seen = (int)(_state & 1023);
        int probability = (int)(_state >> 10);
        probability += (int)(((long)((bit << 22) - bit - probability) * rates[seen]) >> 16);
        _state = ((uint)probability << 10) | (uint)(seen < Limit ? seen + 1 : seen);
    }

    private static int[] MakeRates(int prior)
    {
        int[] rates = new int[Limit + 1];
        for (int seen = 0; seen <= Limit; seen++)
            rates[seen] = 65536 / (seen + prior);
        return rates;
    }
}
