using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Training.Sensitivity;

/// <summary>A session whose weights are changed and put back, and the samples that it is measured on.</summary>
internal sealed class TrialSession : IDisposable
{
    private readonly TrainingSession _session;
    private readonly BatchFeeder _feeder;
    private readonly int _count;

    public TrialSession(ModelProto model, IBatchSource data, RunOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Count == 0)
            throw new ArgumentException("There is no sample to measure on.", nameof(data));
        _session = new TrainingSession(TrainingModel.Build(model, DataShapes.Complete(options.ForModel(), model, data, options.LabelField)), new SessionSettings { Threads = options.Threads });
        _feeder = new BatchFeeder(_session, data, options.LabelField);
        _count = data.Count;
        Weights = [.. Prunable.Of(_session).Select(weight => new WeightTrial(weight))];
    }

    public IReadOnlyList<WeightTrial> Weights { get; }

    public EvaluationResult Evaluate() => Evaluator.Run(_session, _feeder, _count);

    public void Dispose() => _session.Dispose();
}
