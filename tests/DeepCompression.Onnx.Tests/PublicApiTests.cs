namespace DeepCompression.Onnx.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfPackage_IsApproved() => PublicApi.AssertApproved(typeof(OnnxModel).Assembly, "DeepCompression.Onnx");
}
