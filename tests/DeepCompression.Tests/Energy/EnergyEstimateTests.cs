using DeepCompression.Energy;

namespace DeepCompression.Tests.Energy;

public sealed class EnergyEstimateTests
{
    [Fact]
    public void OfWeights_AlexNetDenseAndCompressed_MovesFromDramToSram()
    {
        EnergyEstimate dense = EnergyEstimate.OfWeights(240_000_000, 60_000_000), compressed = EnergyEstimate.OfWeights(6_900_000, 6_700_000);
        Assert.Equal((false, true), (dense.IsOnChip, compressed.IsOnChip));
        Assert.Equal(38_400, dense.FetchMicrojoules, 6); // 60 million words at 640 pJ
        Assert.Equal(8.625, compressed.FetchMicrojoules, 6); // 1.725 million words at 5 pJ
        Assert.Equal(276, dense.ArithmeticMicrojoules, 6);
        Assert.Equal(38_676, dense.TotalMicrojoules, 6);
    }

    [Fact]
    public void OfWeights_ExactlyTheOnChipMemory_Fits()
    {
        EnergyTable table = new() { OnChipBytes = 1000, SramRead = 1, DramRead = 100 };
        Assert.Equal(250e-6, EnergyEstimate.OfWeights(1000, 0, table).FetchMicrojoules, 12);
        Assert.Equal(25_100e-6, EnergyEstimate.OfWeights(1004, 0, table).FetchMicrojoules, 12);
        Assert.Equal(0, EnergyEstimate.OfWeights(0).TotalMicrojoules);
    }

    [Fact]
    public void OfWeights_NegativeNumbers_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>("bytes", () => EnergyEstimate.OfWeights(-1));
        Assert.Throws<ArgumentOutOfRangeException>("multiplications", () => EnergyEstimate.OfWeights(1, -1));
    }
}
