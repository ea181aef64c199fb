using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;
using DeepCompression.Training.Models;

namespace DeepCompression.Training.Tests.Losses;

public sealed class LossTests
{
    private const int Batch = 4;
    private const int Classes = 3;

    public static TheoryData<string> Names => ["cross-entropy", "cross-entropy behind softmax", "binary", "binary behind sigmoid", "squares", "distillation"];

    [Theory]
    [MemberData(nameof(Names))]
    public void ComputeGradients_EveryLoss_AgreesWithItsFormulaAndItsDifferences(string name)
    {
        using TrainingSession session = Session(name);
        StepResult result = session.ComputeGradients();
        Assert.Equal(Formula(name, session), result.Loss, 1e-5);
        Assert.Equal(result.Loss, session.Evaluate().Loss, 1e-5);

        foreach (TrainedWeight weight in session.Weights)
        {
            float[] gradient = weight.Gradient.ToArray();
            for (int i = 0; i < gradient.Length; i++)
            {
                const float Step = 0.02f;
                float kept = weight.Values[i];
                weight.Values[i] = kept + Step;
                double high = Formula(name, session);
                weight.Values[i] = kept - Step;
                double low = Formula(name, session);
                weight.Values[i] = kept;
                Assert.Equal((high - low) / (2 * Step), gradient[i], 2e-4);
            }
        }
    }

    [Fact]
    public void Distillation_NoTemperature_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Loss.Distillation(0));

    [Fact]
    public void Build_ClassesBeforeAxesOfOne_AreTheLastAxis()
    {
        NetworkWriter net = new("pooled", 1);
        string x = net.Conv("conv", net.Input("data", TensorProtos.Float, 0, 1, 4, 4), 1, Classes, 3);
        TrainingModel model = TrainingModel.Build(net.Finish(net.Node("GlobalAveragePool", "pooled", x), 0, Classes, 1, 1), new TrainingOptions { BatchSize = Batch });
        Assert.Equal([Batch], model.Labels.Shape);
        using TrainingSession session = new(model);
        session.Input<float>().Fill(0.5f);
        Assert.InRange(session.ComputeGradients().Loss, 0.5f, 2);
        Assert.Contains(session["conv.weight"].Gradient.ToArray(), value => value != 0);
    }

    private static TrainingSession Session(string name)
    {
        NetworkWriter net = new("linear", 3);
        string logits = net.Dense("fc", net.Input("data", TensorProtos.Float, 0, 2), 2, Classes);
        string output = name switch
        {
            "cross-entropy behind softmax" => net.Node("Softmax", "probabilities", logits),
            "binary behind sigmoid" => net.Node("Sigmoid", "probabilities", logits),
            _ => logits,
        };
        Loss loss = name.Split(' ')[0] switch { "cross-entropy" => Loss.SoftmaxCrossEntropy, "binary" => Loss.BinaryCrossEntropy, "squares" => Loss.MeanSquaredError, _ => Loss.Distillation(3) };
        ModelProto model = net.Finish(output, 0, Classes);
        TrainingSession session = new(TrainingModel.Build(model, new TrainingOptions { BatchSize = Batch, Loss = loss }));
        Random random = new(5);
        foreach (ref float value in session.Input<float>())
            value = (float)((2 * random.NextDouble()) - 1);
        if (loss == Loss.SoftmaxCrossEntropy)
        {
            foreach (ref long label in session.Labels<long>())
                label = random.Next(Classes);
        }
        else
        {
            foreach (ref float label in session.Labels<float>())
                label = (float)random.NextDouble();
        }

        return session;
    }

    /// <summary>The loss by its definition, in double.</summary>
    private static double Formula(string name, TrainingSession session)
    {
        double sum = 0;
        for (int n = 0; n < Batch; n++)
        {
            double[] logits = Logits(session, n);
            sum += name.Split(' ')[0] switch
            {
                "cross-entropy" => -LogSoftmax(logits, 1)[(int)session.Labels<long>()[n]] / Batch,
                "binary" => logits.Select((x, k) => Math.Log(1 + Math.Exp(x)) - (x * Label(session, n, k))).Sum() / (Batch * Classes),
                "squares" => logits.Select((x, k) => Math.Pow(x - Label(session, n, k), 2)).Sum() / (Batch * Classes),
                _ => Divergence([.. Enumerable.Range(0, Classes).Select(k => Label(session, n, k))], logits, 3) / Batch,
            };
        }

        return sum;
    }

    private static double Label(TrainingSession session, int n, int k) => session.Labels<float>()[(n * Classes) + k];

    private static double[] Logits(TrainingSession session, int n) => [.. Enumerable.Range(0, Classes).Select(k =>
        (double)session["fc.bias"].Values[k] + ((double)session.Input<float>()[2 * n] * session["fc.weight"].Values[2 * k]) + ((double)session.Input<float>()[(2 * n) + 1] * session["fc.weight"].Values[(2 * k) + 1]))];

    private static double[] LogSoftmax(double[] logits, double temperature)
    {
        double total = Math.Log(logits.Sum(x => Math.Exp(x / temperature)));
        return [.. logits.Select(x => (x / temperature) - total)];
    }

    private static double Divergence(double[] teacher, double[] model, double temperature)
    {
        double[] p = LogSoftmax(teacher, temperature);
        double[] q = LogSoftmax(model, temperature);
        return temperature * temperature * p.Zip(q, (a, b) => Math.Exp(a) * (a - b)).Sum();
    }
}
