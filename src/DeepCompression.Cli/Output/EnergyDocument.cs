using System.Globalization;
using DeepCompression.Energy;
using DeepCompression.Onnx;

namespace DeepCompression.Cli.Output;

/// <summary>An estimate, not a measurement, of the energy that fetching every weight once costs, dense and as the file stores it.</summary>
internal sealed record EnergyDocument(bool IsEstimate, long DenseBytes, string DenseMemory, double DenseMicrojoules, long ReadBytes, string ReadMemory, double ReadMicrojoules, double Ratio)
{
    public static EnergyDocument From(ModelReport report)
    {
        (EnergyEstimate dense, EnergyEstimate read) = report.EstimateEnergy();
        return new EnergyDocument(
            true, dense.Bytes, Memory(dense), dense.FetchMicrojoules, read.Bytes, Memory(read), read.FetchMicrojoules,
            read.FetchMicrojoules == 0 ? 0 : dense.FetchMicrojoules / read.FetchMicrojoules);
    }

    /// <summary>One line.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"estimate (not measured) of the energy to fetch every weight once, 45 nm: dense {DenseMicrojoules:#,0.##} µJ from {DenseMemory}, as stored {ReadMicrojoules:#,0.##} µJ from {ReadMemory} ({Figures.Bytes(ReadBytes)} bytes of gaps, codes and codebooks), {Figures.Ratio(Ratio)} less");

    private static string Memory(EnergyEstimate estimate) => estimate.IsOnChip ? "SRAM" : "DRAM";
}
