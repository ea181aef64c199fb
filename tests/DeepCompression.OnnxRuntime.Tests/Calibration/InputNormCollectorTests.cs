using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Calibration;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;

namespace DeepCompression.OnnxRuntime.Tests.Calibration;

public sealed class InputNormCollectorTests
{
    private const int Channels = 6;
    private const int Outputs = 4;

    // The channels of a convolution are in the second dimension of its weight, those of a transposed one in the first.
    [Theory]
    [InlineData("Conv")]
    [InlineData("ConvTranspose")]
    public void GetNorms_Kernels_AreOfTheInputChannels(string op)
    {
        (OnnxModel model, float[] x) = Make(op);
        IReadOnlyDictionary<string, float[]> norms = Collect(model, x);
        float[] expected = [.. Enumerable.Range(0, Channels).Select(channel => (float)Math.Sqrt(x.AsSpan(channel * 25, 25).ToArray().Sum(value => (double)value * value)))];
        Assert.Equal(expected, Assert.Single(norms).Value, (a, b) => Math.Abs(a - b) <= 1e-5 * a);
    }

    [Theory]
    [InlineData("Conv")]
    [InlineData("ConvTranspose")]
    public void Compress_WithNorms_KeepsTheKernelsOfLoudChannels(string op)
    {
        (OnnxModel model, float[] x) = Make(op);
        CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions
        {
            MinElements = 1,
            Default = new WeightOptions { Pruning = new PruningOptions { Sparsity = 0.5 } },
            InputNorms = Collect(model, x),
        });
        float[] weights = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(WeightWalker.Find(ModelUnpacker.Unpack(result.Model)).Single().Read().Span).ToArray();
        for (int i = 0; i < weights.Length; i++)
        {
            int channel = op == "Conv" ? i / 9 % Channels : i / 9 / Outputs;
            Assert.Equal(channel >= Channels / 2, weights[i] != 0);
        }
    }

    [Fact]
    public void GetNorms_WeightOfTwoOperators_HasNone()
    {
        OnnxModel model = Model(17, new Input("x", [1, 4, 5, 5]), new Output("y", [1, 4, 5, 5]), DeepCompression.Onnx.Tests.Graphs.Random("w", 1, 1, 4, 4, 3, 3), Node("Conv", "x w", "a"), Node("ConvTranspose", "a w", "y"));
        Assert.Empty(Collect(model, new float[100]));
    }

    // The first half of the channels is quiet.
    private static (OnnxModel Model, float[] X) Make(string op)
    {
        long[] shape = op == "Conv" ? [Outputs, Channels, 3, 3] : [Channels, Outputs, 3, 3];
        Random random = new(2);
        float[] x = [.. Enumerable.Range(0, Channels * 25).Select(i => (random.NextSingle() + 0.1f) * (i < Channels * 25 / 2 ? 1e-4f : 1))];
        float[] weights = [.. Enumerable.Range(0, Channels * Outputs * 9).Select(_ => random.NextSingle() + 0.1f)];
        long size = op == "Conv" ? 3 : 7;
        return (Model(17, new Input("x", [1, Channels, 5, 5]), new Output("y", [1, Outputs, size, size]), Floats("w", shape, weights), Node(op, "x w", "y")), x);
    }

    private static IReadOnlyDictionary<string, float[]> Collect(OnnxModel model, float[] x)
    {
        using InputNormCollector collector = new(model);
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(x, [1, x.Length / 25, 5, 5]);
        collector.Add(["x"], [value]);
        return collector.GetNorms();
    }
}
