using DeepCompression.Training.Graphs;
using DeepCompression.Training.Models;
using DeepCompression.Training.Sessions;

namespace DeepCompression.Training.Tests.Sessions;

public sealed class DropoutTests
{
    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void Fill_ManyElements_DropsTheRatioAndKeepsTheMean(float ratio)
    {
        float[] mask = new float[1 << 16];
        DropoutNoise.Fill(mask, ratio, seed: 7, step: 3, layer: 1);
        Assert.Equal(ratio, mask.Count(value => value == 0) / (double)mask.Length, 0.01);
        Assert.Equal(1, mask.Average(), 0.05);
        Assert.All(mask.Distinct(), value => Assert.True(value == 0 || Math.Abs(value - (1 / (1 - ratio))) < 1e-5));
    }

    [Fact]
    public void Fill_OtherStepLayerOrSeed_GivesAnotherMask()
    {
        float[][] masks = [Mask(1, 1, 1), Mask(2, 1, 1), Mask(1, 2, 1), Mask(1, 1, 2), Mask(1UL << 40, 1, 1)];
        Assert.Equal(masks[0], Mask(1, 1, 1));
        for (int i = 0; i < masks.Length; i++)
        {
            for (int k = 0; k < i; k++)
                Assert.InRange(masks[i].Zip(masks[k]).Count(pair => pair.First == pair.Second), 400, 624);
        }
    }

    [Fact]
    public void Step_Dropout_DependsOnTheStepInTrainingAndOnNothingInEvaluation()
    {
        NetworkWriter net = new("dropout", 1);
        string x = net.Node("Relu", "relu", net.Dense("fc1", net.Input("data", TensorProtos.Float, 0, 20), 20, 40));
        x = net.Node("Dropout", "dropped", x, net.Fill("ratio", 0.5f));
        TrainingModel model = TrainingModel.Build(net.Finish(net.Dense("fc2", x, 40, 4), 0, 4), new TrainingOptions { BatchSize = 16 });
        using TrainingSession session = new(model, new SessionSettings { Seed = 3 });
        Samples.Fill(session.Input<float>(), session.Labels<long>(), 4, 1);

        float first = session.ComputeGradients().Loss;
        Assert.Equal(first, session.ComputeGradients().Loss);
        session.StepCount = 1;
        Assert.NotEqual(first, session.ComputeGradients().Loss);
        session.StepCount = 0;
        Assert.Equal(first, session.ComputeGradients().Loss);
        Assert.Equal(session.Evaluate(), session.Evaluate());
        for (int i = 0; i < 60; i++)
            session.Step(0.05f);
        Assert.InRange(session.Evaluate().Loss, 0, 0.3);
    }

    private static float[] Mask(ulong seed, long step, int layer)
    {
        float[] mask = new float[1024];
        DropoutNoise.Fill(mask, 0.5f, seed, step, layer);
        return mask;
    }
}
