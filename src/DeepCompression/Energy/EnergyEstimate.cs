namespace DeepCompression.Energy;

/// <summary>
/// An estimate, not a measurement, of the energy that one inference spends on its weights: every weight is fetched once from one level
/// of memory, and every weight that is stored is multiplied and added once.
/// </summary>
/// <param name="Bytes">The bytes fetched.</param>
/// <param name="IsOnChip">Whether they fit the on-chip memory.</param>
/// <param name="FetchMicrojoules">Energy of the fetches in microjoules.</param>
/// <param name="ArithmeticMicrojoules">Energy of the multiplications and additions in microjoules.</param>
public sealed record EnergyEstimate(long Bytes, bool IsOnChip, double FetchMicrojoules, double ArithmeticMicrojoules)
{
    /// <summary>Fetches and arithmetic together, in microjoules.</summary>
    public double TotalMicrojoules => FetchMicrojoules + ArithmeticMicrojoules;

    /// <summary>Estimates the energy of the weights of a model or a layer.</summary>
    /// <param name="bytes">Bytes of the weights as they are read: dense, or gaps, codes and codebook. At least 0.</param>
    /// <param name="multiplications">Multiply-additions, for example the non-zeros at batch 1. At least 0.</param>
    /// <param name="table">The energy of an operation; null for the paper's.</param>
    /// <returns>The estimate. A part of a 32-bit word costs its share.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static EnergyEstimate OfWeights(long bytes, long multiplications = 0, EnergyTable? table = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfNegative(multiplications);
        table ??= new EnergyTable();
        bool onChip = bytes <= table.OnChipBytes;
        double fetch = bytes / 4d * (onChip ? table.SramRead : table.DramRead); // picojoules
        double arithmetic = multiplications * (table.FloatMultiply + table.FloatAdd);
        return new EnergyEstimate(bytes, onChip, fetch / 1e6, arithmetic / 1e6);
    }
}
