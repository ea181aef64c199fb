namespace MLNet.DeepCompression.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfPackage_IsApproved() => PublicApi.AssertApproved(typeof(DeepCompressionCatalog).Assembly, "MLNet.DeepCompression");
}
