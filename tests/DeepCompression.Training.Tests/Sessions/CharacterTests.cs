using DeepCompression.Training.Models;

namespace DeepCompression.Training.Tests.Sessions;

public sealed class CharacterTests
{
    [Fact]
    public void Step_RepeatedText_IsLearned()
    {
        const string Text = "to be, or not to be: that is the question. ";
        string alphabet = new([.. Text.Distinct().Order()]);
        const int Length = 12;
        TrainingModel model = TrainingModel.Build(Networks.CharacterLstm(alphabet.Length, Length, hidden: 24), new TrainingOptions { BatchSize = 8 });
        using TrainingSession session = new(model, new SessionSettings { Optimizer = new Adam(), MaxGradientNorm = 5 });
        Random random = new(1);
        float first = 0;
        float last = 0;
        for (int step = 0; step < 150; step++)
        {
            for (int sample = 0; sample < 8; sample++)
            {
                int start = random.Next(Text.Length);
                for (int i = 0; i < Length; i++)
                {
                    session.Input<long>("ids")[(sample * Length) + i] = alphabet.IndexOf(Text[(start + i) % Text.Length]);
                    session.Labels<long>()[(sample * Length) + i] = alphabet.IndexOf(Text[(start + i + 1) % Text.Length]);
                }
            }

            last = session.Step(0.01f).Loss;
            first = step == 0 ? last : first;
        }

        Assert.InRange(first, 2, 4);
        Assert.InRange(last, 0, 0.8f);
        EvaluationResult evaluated = session.Evaluate();
        Assert.Equal(8 * Length, evaluated.Count);
        Assert.InRange(evaluated.Loss, 0, 0.8);
    }
}
