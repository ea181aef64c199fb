namespace DeepCompression.Energy;

/// <summary>
/// Energy of one operation in picojoules. The defaults are those for a 45 nm process that Han et al. argue with (2015, figure 1 and
/// 2016, section 1, after Horowitz 2014): fetching a weight from DRAM costs 128 times as much as from SRAM.
/// </summary>
public sealed record EnergyTable
{
    /// <summary>Reading 32 bits from on-chip SRAM. Default 5 pJ.</summary>
    public double SramRead { get; init; } = 5;

    /// <summary>Reading 32 bits from off-chip DRAM. Default 640 pJ.</summary>
    public double DramRead { get; init; } = 640;

    /// <summary>A 32-bit floating-point addition. Default 0.9 pJ.</summary>
    public double FloatAdd { get; init; } = 0.9;

    /// <summary>A 32-bit floating-point multiplication. Default 3.7 pJ.</summary>
    public double FloatMultiply { get; init; } = 3.7;

    /// <summary>The on-chip memory in bytes: weights that fit are read from SRAM, others from DRAM. Default 16 MiB, that of a mobile processor's last-level cache.</summary>
    public long OnChipBytes { get; init; } = 16 << 20;
}
