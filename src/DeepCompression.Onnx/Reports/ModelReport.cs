using DeepCompression.Energy;

namespace DeepCompression.Onnx;

/// <summary>Where the bytes of a model are.</summary>
/// <param name="Weights">Every weight, in the order of the model.</param>
/// <param name="FileBytes">The size of the .onnx file, with external data.</param>
/// <param name="FunctionBytes">The bodies of portable nodes.</param>
public sealed record ModelReport(IReadOnlyList<WeightReport> Weights, long FileBytes, long FunctionBytes)
{
    /// <summary>Bytes of all weights if they were dense.</summary>
    public long DenseBytes => Weights.Sum(weight => weight.DenseBytes);

    /// <summary>Bytes in the file that are there for weights.</summary>
    public long WeightBytes => Weights.Sum(weight => weight.FileBytes);

    /// <summary>Estimates the energy of fetching every weight once, as one inference at batch 1 does at least (Han et al. 2016, section 1).</summary>
    /// <param name="table">The energy of an access; null for the paper's.</param>
    /// <returns>An estimate for the dense weights, and one for <see cref="WeightReport.ReadBytes"/>.</returns>
    public (EnergyEstimate Dense, EnergyEstimate Stored) EstimateEnergy(EnergyTable? table = null) =>
        (EnergyEstimate.OfWeights(DenseBytes, 0, table), EnergyEstimate.OfWeights(Weights.Sum(weight => weight.ReadBytes), 0, table));

    /// <summary>Bytes of everything else: nodes, names, integer constants.</summary>
    public long OtherBytes => FileBytes - WeightBytes - FunctionBytes;
}
