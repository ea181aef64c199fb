using DeepCompression.Onnx;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

[Collection(ProviderCollection.Name)]
public sealed class AutotuneTests
{
    [ProviderFact]
    public void Run_Autotuned_DecidesTheSameInBothPassesAndEqualsStock()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 32, 20, 20]), new Output("y", [1, 32, 20, 20]), Weight("w", 1, 0.4, 20, 32, 32, 3, 3), Node("Conv", "x w", "c", Ints("pads", 1, 1, 1, 1)), Node("Relu", "c", "y"));
        var x = ("x", Random(3, 32 * 400), new long[] { 1, 32, 20, 20 });

        float[][] actual = Run(Compress(dense, ModelForm.Portable), new DeepCompressionOptions { Required = true, Autotune = true }, out var report, x);

        Assert.StartsWith("measured", Assert.Single(report!.Decisions).Reason, StringComparison.Ordinal);
        AssertClose(Run(dense, null, out _, x), actual);
    }
}
