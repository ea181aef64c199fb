using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;
using DeepCompression.Training.Models;

namespace DeepCompression.Training.Tests.Gradients;

public sealed class NetworkGradientTests
{
    private const int Batch = 5;
    private const int Channels = 2;
    private const int Size = 6;
    private const int Filters = 4;
    private const int Classes = 3;
    private const double Tolerance = 1e-5; // of the largest element: float32 sums of a few hundred products

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ComputeGradients_ConvolutionalNetwork_AgreesWithNaiveLoops(int seed)
    {
        NetworkWriter net = new("small", seed);
        string x = net.Node("Relu", "relu", net.Conv("conv", net.Input("data", TensorProtos.Float, 0, Channels, Size, Size), Channels, Filters, 3));
        x = net.Node("MaxPool", "pool", [x], ("kernel_shape", (long[])[2, 2]), ("strides", (long[])[2, 2]));
        ModelProto model = net.Finish(net.Dense("fc", net.Node("Flatten", "flat", x), Filters * Size * Size / 4, Classes), 0, Classes);

        using TrainingSession session = new(TrainingModel.Build(model, new TrainingOptions { BatchSize = Batch }), new SessionSettings { Threads = 2 });
        Random random = new(seed);
        foreach (ref float value in session.Input<float>())
            value = (float)((2 * random.NextDouble()) - 1);
        foreach (ref long label in session.Labels<long>())
            label = random.Next(Classes);
        foreach (string bias in new[] { "conv.bias", "fc.bias" })
        {
            foreach (ref float value in session[bias].Values)
                value = (float)(random.NextDouble() - 0.5);
        }

        StepResult result = session.ComputeGradients();

        NaiveNetwork naive = new(Batch, Channels, Size, Filters, Classes);
        naive.Run(session.Input<float>().ToArray(), session.Labels<long>().ToArray(), session["conv.weight"].Values.ToArray(), session["conv.bias"].Values.ToArray(),
            session["fc.weight"].Values.ToArray(), session["fc.bias"].Values.ToArray());
        Assert.Equal(naive.Loss, result.Loss, 1e-5);
        Compare(naive.KernelGradient, session["conv.weight"]);
        Compare(naive.KernelBiasGradient, session["conv.bias"]);
        Compare(naive.MatrixGradient, session["fc.weight"]);
        Compare(naive.MatrixBiasGradient, session["fc.bias"]);
    }

    private static void Compare(double[] expected, TrainedWeight weight)
    {
        double largest = expected.Max(Math.Abs);
        Assert.True(largest > 0.01);
        double[] errors = [.. expected.Zip(weight.Gradient.ToArray(), (e, a) => Math.Abs(e - a))];
        Assert.True(errors.Max() <= Tolerance * largest, $"{weight.Name}: the worst error is {errors.Max()}, the largest gradient {largest}.");
    }
}
