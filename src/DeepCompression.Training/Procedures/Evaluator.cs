using DeepCompression.Training.Data;

namespace DeepCompression.Training.Procedures;

/// <summary>Runs a session's model over all samples of a source.</summary>
internal static class Evaluator
{
    public static EvaluationResult Run(TrainingSession session, IBatchSource source, string labelField) => Run(session, new BatchFeeder(session, source, labelField), source.Count);

    public static EvaluationResult Run(TrainingSession session, BatchFeeder feeder, int count)
    {
        EvaluationResult total = default;
        int size = feeder.Batch.Size;
        int[] samples = new int[size];
        for (int start = 0; start < count; start += size)
        {
            int length = Math.Min(size, count - start);
            for (int i = 0; i < length; i++)
                samples[i] = start + i;
            feeder.Read(samples.AsSpan(0, length));
            feeder.Feed();
            EvaluationResult part = session.Evaluate(length);
            total = start == 0 ? part : total + part;
        }

        return total;
    }
}
