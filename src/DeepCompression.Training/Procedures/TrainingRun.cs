using System.Globalization;
using System.Text.Json;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Checkpoints;
using DeepCompression.Training.Data;
using DeepCompression.Training.Schedules;

namespace DeepCompression.Training.Procedures;

/// <summary>
/// Runs the stages of a procedure over a session: feeds batches, moves weights, keeps checkpoints, and goes on from one.
/// A procedure is written as if it never stopped: on resuming, stages that are done are passed over.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    private static readonly TimeSpan _progressInterval = TimeSpan.FromSeconds(0.25);

    private readonly RunOptions _options;
    private readonly string _procedure;
    private readonly BatchFeeder _feeder;
    private readonly BatchOrder _order;
    private readonly List<EpochSummary> _history = [];
    private readonly List<LatentWeight> _latents = [];
    private readonly TeacherLabels? _teacher;
    private BatchFeeder? _validation;
    private Checkpoint? _resumed;
    private int _resumedStage;
    private int _stage = -1;
    private bool _hasCheckpoint;

    /// <exception cref="InvalidDataException">The checkpoint is damaged, or was made by another procedure, with other options or data.</exception>
    public TrainingRun(ModelProto model, IBatchSource data, RunOptions options, string procedure)
    {
        ArgumentNullException.ThrowIfNull(data);
        _options = options;
        Session = new TrainingSession(
            TrainingModel.Build(model, DataShapes.Complete(options.ForModel(), model, data, options.LabelField)),
            new SessionSettings { Optimizer = options.Optimizer, Threads = options.Threads, MaxGradientNorm = options.MaxGradientNorm, Seed = options.Seed });
        Prunable = Procedures.Prunable.Of(Session);
        foreach (TrainedWeight weight in Prunable)
            (weight.L1, weight.L2) = (options.L1, options.L2);
        _teacher = options.Teacher is null ? null : new TeacherLabels(options.Teacher, Session, options.Threads);
        _feeder = Feeder(data);
        _order = new BatchOrder(data.Count, options.BatchSize, options.Seed);
        _procedure = string.Create(CultureInfo.InvariantCulture, $"{procedure}; seed {options.Seed}, batch {options.BatchSize}, {data.Count} samples, {options.LearningRate}, {options.Optimizer}, L1 {options.L1}, L2 {options.L2}, clip {options.MaxGradientNorm}, {options.Augmentation}{(options.Teacher is null ? "" : ", teacher")}{(options.NormalizeByBatch ? "" : ", statistics kept")}");
        if (options.CheckpointPath is string path && options.Resume && File.Exists(path))
            StartFrom(CheckpointFile.Load(path), path);
    }

    public TrainingSession Session { get; }

    /// <summary>The weights that are pruned, shared and decayed.</summary>
    public IReadOnlyList<TrainedWeight> Prunable { get; }

    public IReadOnlyList<EpochSummary> History => _history;

    public int StepsPerEpoch => _order.StepsPerEpoch;

    /// <summary>The weights that training holds twice; empty at the start. On resuming they are as they were.</summary>
    public IReadOnlyList<LatentWeight> Latents => _latents;

    public void HoldTwice(IEnumerable<TrainedWeight> weights)
    {
        _latents.Clear();
        _latents.AddRange(weights.Select(weight => new LatentWeight(weight)));
    }

    public void HoldOnce() => _latents.Clear();

    /// <summary>Trains for some epochs.</summary>
    /// <param name="name">The name of the stage.</param>
    /// <param name="epochs">Passes over the data, at least 0.</param>
    /// <param name="rate">The learning rates.</param>
    /// <param name="begin">Done before the first step; not on resuming, for the checkpoint holds what it did.</param>
    /// <param name="beforeStep">Done before every step, with its number.</param>
    public void Stage(string name, int epochs, ILearningRateSchedule rate, Action? begin = null, Action<long>? beforeStep = null)
    {
        _stage++;
        if (_resumed is not null && _stage < _resumedStage)
            return;
        StageMeter meter = new();
        long step = 0, steps = (long)epochs * _order.StepsPerEpoch;
        if (_resumed is not null)
        {
            step = Restore(_resumed, meter);
            _resumed = null;
        }
        else
        {
            begin?.Invoke();
        }

        meter.Start(step);
        for (; step < steps; step++)
        {
            if (_options.Cancellation.IsCancellationRequested)
            {
                SaveCheckpoint(step, meter);
                _options.Cancellation.ThrowIfCancellationRequested();
            }

            beforeStep?.Invoke(step);
            double learningRate = rate.GetRate(step, steps);
            StepResult result = Step(step, learningRate);
            if (!float.IsFinite(result.Loss))
                throw Diverged($"the loss is {result.Loss}", name, step);
            meter.Add(result);

            bool endsEpoch = (step + 1) % _order.StepsPerEpoch == 0;
            if (endsEpoch)
                EndEpoch(name, step, steps, learningRate, meter);
            else if (meter.IsDue(_progressInterval))
                Report(name, step, steps, learningRate, meter, null);
            if (endsEpoch || (_options.CheckpointInterval > 0 && (step + 1) % _options.CheckpointInterval == 0))
            {
                CheckFinite(name, step);
                SaveCheckpoint(step + 1, meter);
            }
        }
    }

    public void Dispose()
    {
        _teacher?.Dispose();
        Session.Dispose();
    }

    private BatchFeeder Feeder(IBatchSource data)
    {
        if (_teacher is null)
            return new BatchFeeder(Session, data, _options.LabelField);
        // What is not an input of the model is not read: the teacher's logits take the place of labels.
        int[] inputs = [.. Enumerable.Range(0, data.Fields.Count).Where(i => data.Fields[i].Name != _options.LabelField || data.Fields.Count == 1)];
        return new BatchFeeder(Session, inputs.Length == data.Fields.Count ? data : new FieldsSource(data, inputs), labelField: null, _teacher);
    }

    private StepResult Step(long step, double learningRate)
    {
        _feeder.Read(_order.GetSamples(step));
        // Stages see different orders and augmentations: each has random streams of its own.
        _options.Augmentation?.Apply(_feeder.Batch, new SeededRandom(_options.Seed, SeededRandom.AugmentationStream + ((ulong)_stage << 40) + (ulong)step));
        _feeder.Feed();
        if (_latents.Count == 0)
            return Session.Step((float)learningRate);

        StepResult result = Session.ComputeGradients();
        if (!float.IsFinite(result.Loss))
            return result;
        foreach (LatentWeight latent in _latents)
            latent.BeforeUpdate();
        Session.ApplyGradients((float)learningRate);
        foreach (LatentWeight latent in _latents)
            latent.AfterUpdate();
        return result;
    }

    private void EndEpoch(string name, long step, long steps, double learningRate, StageMeter meter)
    {
        EvaluationResult? validation = null;
        if (_options.Validation is IBatchSource source)
            validation = Evaluator.Run(Session, _validation ??= Feeder(source), source.Count);
        double? accuracy = validation is { Correct: int correct } ? (double)correct / validation.Value.Count : null;
        _history.Add(new EpochSummary(name, (int)((step + 1) / _order.StepsPerEpoch), meter.Loss, meter.Accuracy(OutputsPerStep), Procedures.Prunable.Sparsity(Prunable), validation?.Loss, accuracy));
        Report(name, step, steps, learningRate, meter, accuracy);
        meter.EndEpoch();
    }

    // Labels of a class a sample, or a class a character.
    private int OutputsPerStep => (int)(Session.Logits.Length / Math.Max(1, Session.Model.LogitsType.Shape[^1]));

    private void Report(string name, long step, long steps, double learningRate, StageMeter meter, double? validation)
    {
        if (_options.Progress is not { } progress)
            return;
        double rate = meter.StepsPerSecond(step + 1);
        TimeSpan left = TimeSpan.FromSeconds(rate > 0 ? (steps - step - 1) / rate : 0);
        progress(new TrainingProgress(name, step + 1, steps, (int)(step / _order.StepsPerEpoch) + 1, (int)(steps / _order.StepsPerEpoch),
            meter.Loss, meter.Accuracy(OutputsPerStep), learningRate, Procedures.Prunable.Sparsity(Prunable), rate * _order.BatchSize, left, validation));
    }

    private void SaveCheckpoint(long step, StageMeter meter)
    {
        if (_options.CheckpointPath is not string path)
            return;
        Checkpoint checkpoint = new();
        checkpoint.SetNote("procedure", _procedure);
        checkpoint.SetNote("stage", _stage.ToString(CultureInfo.InvariantCulture));
        checkpoint.SetNote("step", step.ToString(CultureInfo.InvariantCulture));
        checkpoint.SetNote("history", JsonSerializer.Serialize(_history, ProceduresJson.Default.ListEpochSummary));
        checkpoint.SetNote("latents", string.Join('\n', _latents.Select(latent => latent.Weight.Name)));
        meter.Save(checkpoint);
        RunState.Save(Session, _options.Optimizer, checkpoint);
        foreach (LatentWeight latent in _latents)
            latent.Save(checkpoint);
        CheckpointFile.Save(checkpoint, path);
        _hasCheckpoint = true;
    }

    private void StartFrom(Checkpoint checkpoint, string path)
    {
        string procedure = checkpoint.GetNote("procedure");
        if (procedure != _procedure)
            throw new InvalidDataException($"{path}: the checkpoint is that of another run ({procedure}); this one is {_procedure}. Delete it, or train without resuming.");
        _resumed = checkpoint;
        _resumedStage = (int)RunState.Number(checkpoint, "stage");
        _hasCheckpoint = true;
        _history.AddRange(JsonSerializer.Deserialize(checkpoint.GetNote("history"), ProceduresJson.Default.ListEpochSummary) ?? []);
    }

    private long Restore(Checkpoint checkpoint, StageMeter meter)
    {
        RunState.Restore(Session, _options.Optimizer, checkpoint);
        _latents.Clear();
        foreach (string name in checkpoint.GetNote("latents").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            LatentWeight latent = new(Session[name]);
            latent.Restore(checkpoint);
            _latents.Add(latent);
        }

        meter.Restore(checkpoint);
        return RunState.Number(checkpoint, "step");
    }

    private void CheckFinite(string name, long step)
    {
        foreach (TrainedWeight weight in Session.Weights)
        {
            foreach (float value in weight.Values)
            {
                if (!float.IsFinite(value))
                    throw Diverged($"weight '{weight.Name}' holds {value}", name, step);
            }
        }
    }

    private DivergedException Diverged(string what, string name, long step)
    {
        string kept = _hasCheckpoint ? $" The last good checkpoint is kept in {_options.CheckpointPath}." : "";
        return new DivergedException(string.Create(CultureInfo.InvariantCulture, $"Training diverged at step {step + 1} of stage '{name}': {what}. A smaller learning rate or a limit of the gradient's norm helps.{kept}"), _hasCheckpoint ? _options.CheckpointPath : null);
    }
}
