using System.Globalization;
using DeepCompression.Training.Checkpoints;

namespace DeepCompression.Training.Procedures;

/// <summary>Writes what a session holds into a checkpoint and reads it back.</summary>
internal static class RunState
{
    public static void Save(TrainingSession session, Optimizer optimizer, Checkpoint checkpoint)
    {
        checkpoint.SetNote("step count", session.StepCount.ToString(CultureInfo.InvariantCulture));
        foreach (string name in session.Statistics)
            checkpoint.Add<float>($"statistic/{name}", session.Statistic(name));
        foreach (TrainedWeight weight in session.Weights)
        {
            checkpoint.SetNote($"form/{weight.Name}", weight.Form.ToString());
            checkpoint.Add<float>($"weight/{weight.Name}", weight.Values);
            checkpoint.Add<float>($"rates/{weight.Name}", [weight.LearningRateScale, weight.L1, weight.L2, weight.IsFrozen ? 1 : 0, (float)weight.CentroidGradient]);
            if (weight.Form == WeightForm.Masked)
                checkpoint.Add<bool>($"mask/{weight.Name}", Kept(weight.Mask));
            if (weight.Form == WeightForm.Shared)
            {
                checkpoint.Add<byte>($"codes/{weight.Name}", weight.Codes.Span);
                checkpoint.Add<float>($"centroids/{weight.Name}", weight.Centroids);
                checkpoint.SetNote($"groups/{weight.Name}", weight.ToCodedTensor().Codebook.Groups.ToString(CultureInfo.InvariantCulture));
            }

            foreach (string state in optimizer.StateNames)
                checkpoint.Add<float>($"{state}/{weight.Name}", weight.OptimizerState(state));
        }
    }

    public static void Restore(TrainingSession session, Optimizer optimizer, Checkpoint checkpoint)
    {
        session.StepCount = Number(checkpoint, "step count");
        foreach (string name in session.Statistics)
            checkpoint.CopyTo($"statistic/{name}", session.Statistic(name));
        foreach (TrainedWeight weight in session.Weights)
        {
            switch (checkpoint.GetNote($"form/{weight.Name}"))
            {
                case nameof(WeightForm.Masked):
                    weight.SetMask(checkpoint.Get<bool>($"mask/{weight.Name}"));
                    break;
                case nameof(WeightForm.Shared):
                    byte[] centroids = System.Runtime.InteropServices.MemoryMarshal.AsBytes(checkpoint.Get<float>($"centroids/{weight.Name}")).ToArray();
                    Codebook codebook = new(ElementType.Float32, (int)Number(checkpoint, $"groups/{weight.Name}"), centroids);
                    weight.SetCodebook(new CodedTensor(weight.Shape, codebook, checkpoint.Get<byte>($"codes/{weight.Name}").ToArray()));
                    break;
                default:
                    weight.SetFree();
                    break;
            }

            checkpoint.CopyTo($"weight/{weight.Name}", weight.Values);
            ReadOnlySpan<float> rates = checkpoint.Get<float>($"rates/{weight.Name}");
            if (rates.Length != 5)
                throw new InvalidDataException($"The checkpoint's rates of '{weight.Name}' are not complete.");
            (weight.LearningRateScale, weight.L1, weight.L2, weight.IsFrozen, weight.CentroidGradient) = (rates[0], rates[1], rates[2], rates[3] != 0, (CentroidGradient)rates[4]);
            foreach (string state in optimizer.StateNames)
                checkpoint.CopyTo($"{state}/{weight.Name}", weight.OptimizerState(state));
        }
    }

    public static long Number(Checkpoint checkpoint, string note) =>
        long.TryParse(checkpoint.GetNote(note), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new InvalidDataException($"The checkpoint's note '{note}' is not a number.");

    private static bool[] Kept(ReadOnlySpan<float> mask)
    {
        bool[] kept = new bool[mask.Length];
        for (int i = 0; i < kept.Length; i++)
            kept[i] = mask[i] != 0;
        return kept;
    }
}
