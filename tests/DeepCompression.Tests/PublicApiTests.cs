namespace DeepCompression.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfPackage_IsApproved() => PublicApi.AssertApproved(typeof(CompressedTensor).Assembly, "DeepCompression");
}
