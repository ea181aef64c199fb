using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Models;

namespace DeepCompression.Training.Tests.Sessions;

public sealed class TrainingSessionTests
{
    private const float Rate = 0.02f;

    public static TheoryData<string> ImageNetworks => ["LeNet-300-100", "LeNet-5", "ResNet"];

    [Theory]
    [MemberData(nameof(ImageNetworks))]
    public void Step_LearnableData_ReachesLowLoss(string name)
    {
        using TrainingSession session = Session(name);
        float first = Train(session, 1);
        float last = Train(session, 30);
        Assert.InRange(first, 1.5f, 6f);
        Assert.InRange(last, 0, 0.3f);
        Assert.True(Evaluate(session).Correct >= 30);
    }

    [Fact]
    public void Step_SameSeed_GivesSameWeights()
    {
        using TrainingSession one = Session("LeNet-5");
        using TrainingSession two = Session("LeNet-5");
        Train(one, 5);
        Train(two, 5);
        Assert.Equal(one.ExportModel(), two.ExportModel());
    }

    [Fact]
    public void SetMask_ThenTrain_PrunedStayExactlyZeroAndKeptMove()
    {
        foreach (Optimizer optimizer in new Optimizer[] { new Sgd(), new Adam(), new Sgd { Nesterov = true } })
        {
            using TrainingSession session = Session("LeNet-5", optimizer);
            Train(session, 2);
            TrainedWeight weight = session["fc1.weight"];
            weight.L1 = 1e-4f;
            weight.L2 = 1e-3f;
            bool[] kept = [.. Enumerable.Range(0, weight.Shape.Length).Select(i => i % 10 == 3)];
            weight.SetMask(kept);
            float[] before = weight.Values.ToArray();
            Train(session, 3);
            for (int i = 0; i < kept.Length; i++)
                Assert.True(kept[i] || BitConverter.SingleToUInt32Bits(weight.Values[i]) == 0);
            Assert.True(before.Zip(weight.Values.ToArray()).Count(pair => pair.First != pair.Second) > kept.Length / 20);
        }
    }

    [Fact]
    public void SetCodebook_ThenTrain_SharedStayExactlySharedAndZeroStaysZero()
    {
        using TrainingSession session = Session("LeNet-5");
        TrainedWeight weight = session["fc1.weight"];
        CodedTensor coded = Coded(weight, 7);
        weight.SetCodebook(coded);
        float first = Train(session, 1);
        float last = Train(session, 20);
        Assert.True(last < first);
        CodedTensor trained = weight.ToCodedTensor();
        byte[] dense = new byte[trained.DenseBytes];
        trained.CopyDenseTo(dense);
        Assert.Equal(MemoryMarshal.Cast<byte, float>(dense), weight.Values);
        Assert.Equal(0f, weight.Centroids[0]);
        Assert.NotEqual(MemoryMarshal.Cast<byte, float>(coded.Codebook.Values.Span)[1], weight.Centroids[1]);
    }

    [Fact]
    public void Step_Frozen_DoesNotMove()
    {
        using TrainingSession session = Session("LeNet-300-100");
        float[] before = session["fc2.weight"].Values.ToArray();
        session["fc2.weight"].IsFrozen = true;
        Train(session, 2);
        Assert.Equal(before, session["fc2.weight"].Values);
    }

    [Fact]
    public void Step_GradientClipping_LimitsTheStep()
    {
        using TrainingSession session = new(TrainingModel.Build(Networks.LeNet300100()), new SessionSettings { MaxGradientNorm = 0.01f, Optimizer = new Sgd { Momentum = 0 } });
        float[][] before = [.. session.Weights.Select(weight => weight.Values.ToArray())];
        Train(session, 1);
        double moved = session.Weights.Zip(before).Sum(pair => pair.First.Values.ToArray().Zip(pair.Second).Sum(v => Math.Pow((double)v.First - v.Second, 2)));
        Assert.Equal(0.01 * Rate, Math.Sqrt(moved), 1e-6);
    }

    [Fact]
    public void ExportModel_AfterTraining_ComputesTheSame()
    {
        using TrainingSession session = Session("ResNet");
        Train(session, 3);
        EvaluationResult expected = Evaluate(session);
        ModelProto exported = session.ExportModel();
        Assert.Equal(session.Model.Source.Graph.Node, exported.Graph.Node);
        using TrainingSession again = new(TrainingModel.Build(exported, new TrainingOptions { BatchSize = 32 }));
        Assert.Equal(expected, Evaluate(again));
    }

    [Fact]
    public void Evaluate_PartOfABatch_CountsThatPart()
    {
        using TrainingSession session = Session("LeNet-300-100");
        EvaluationResult whole = Evaluate(session);
        double[] parts = [session.Evaluate(1).LossSum, session.Evaluate(31).LossSum];
        Assert.Equal(32, whole.Count);
        Assert.True(parts[0] < parts[1] && parts[1] < whole.LossSum);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Evaluate(33));
    }

    private static TrainingSession Session(string name, Optimizer? optimizer = null)
    {
        ModelProto model = name switch { "LeNet-5" => Networks.LeNet5(), "ResNet" => Networks.SmallResNet(size: 16), _ => Networks.LeNet300100() };
        return new TrainingSession(TrainingModel.Build(model, new TrainingOptions { BatchSize = 32 }), new SessionSettings { Optimizer = optimizer ?? new Sgd() });
    }

    private static float Train(TrainingSession session, int steps)
    {
        float loss = 0;
        for (int i = 0; i < steps; i++)
        {
            Samples.Fill(session.Input<float>(), session.Labels<long>(), 10, seed: i);
            loss = session.Step(Rate).Loss;
        }

        return loss;
    }

    private static EvaluationResult Evaluate(TrainingSession session)
    {
        Samples.Fill(session.Input<float>(), session.Labels<long>(), 10, seed: 99);
        return session.Evaluate();
    }

    /// <summary>Zero, and evenly spread centroids.</summary>
    private static CodedTensor Coded(TrainedWeight weight, int centroids)
    {
        float[] values = [0, .. Enumerable.Range(0, centroids).Select(i => 0.1f * (i - (centroids / 2) + 0.5f))];
        byte[] codes = [.. weight.Values.ToArray().Select(value => (byte)Enumerable.Range(0, values.Length).MinBy(code => Math.Abs(values[code] - value)))];
        return new CodedTensor(weight.Shape, new Codebook(ElementType.Float32, 1, MemoryMarshal.AsBytes<float>(values).ToArray()), codes);
    }
}
