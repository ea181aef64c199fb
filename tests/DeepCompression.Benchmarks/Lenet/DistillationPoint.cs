namespace DeepCompression.Benchmarks.Lenet;

/// <summary>How small a network is made.</summary>
/// <param name="Density">What is left of each weight, from 0 to 1; 1 prunes nothing more than is pruned already.</param>
/// <param name="EntropyPenalty">What a bit of the packed file costs while codes are chosen.</param>
internal sealed record DistillationPoint(double Density, double EntropyPenalty)
{
    public override string ToString() => FormattableString.Invariant($"{(Density == 1 ? "" : $"{100 * Density:F0} % left, ")}entropy penalty {EntropyPenalty}");
}
