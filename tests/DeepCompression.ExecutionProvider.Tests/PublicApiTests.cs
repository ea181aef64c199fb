namespace DeepCompression.ExecutionProvider.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfPackage_IsApproved() => PublicApi.AssertApproved(typeof(DeepCompressionProvider).Assembly, "DeepCompression.ExecutionProvider");
}
