using DeepCompression.Training.Procedures;

namespace DeepCompression.Training.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfPackage_IsApproved() => PublicApi.AssertApproved(typeof(DenseTraining).Assembly, "DeepCompression.Training");
}
