namespace DeepCompression.OnnxRuntime.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfPackage_IsApproved() => PublicApi.AssertApproved(typeof(SessionOptionsExtensions).Assembly, "DeepCompression.OnnxRuntime");
}
