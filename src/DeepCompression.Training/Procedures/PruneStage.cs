using DeepCompression.Pruning;

namespace DeepCompression.Training.Procedures;

/// <summary>The stage of a procedure that prunes and retrains.</summary>
internal sealed class PruneStage
{
    private readonly TrainingRun _run;
    private readonly PruneOptions _options;
    private readonly IReadOnlyList<TrainedWeight> _weights;
    private readonly long _growthEnd;
    private readonly long _selectionEnd;
    private readonly float[][] _scores;

    public PruneStage(TrainingRun run, PruneOptions options)
    {
        _run = run;
        _options = options;
        CheckNames(run, options);
        _weights = options.SparsityByWeight is { } byWeight ? [.. run.Prunable.Where(weight => byWeight.ContainsKey(weight.Name))] : run.Prunable;
        long steps = (long)options.Epochs * run.StepsPerEpoch;
        _growthEnd = Math.Max(1, (long)(steps * options.GrowthShare));
        _selectionEnd = Math.Min(steps - 1, Math.Max(_growthEnd, options.Feedback ? (long)(steps * options.SelectionShare) : _growthEnd));
        _scores = [.. _weights.Select(weight => new float[weight.Values.Length])];
    }

    public void Run(string name, Schedules.ILearningRateSchedule rate) => _run.Stage(name, _options.Epochs, rate, Begin, BeforeStep);

    private void Begin()
    {
        if (_options.Feedback)
            _run.HoldTwice(_weights);
    }

    private void BeforeStep(long step)
    {
        if (step < _selectionEnd && step % _options.Interval == 0)
            Select(step);
        if (step != _selectionEnd)
            return;

        // The last choice, and then masks stay.
        Select(step);
        foreach (LatentWeight latent in _run.Latents)
            latent.Weight.SetMask(latent.GetKept());
        _run.HoldOnce();
    }

    private void Select(long step)
    {
        SparsityMask[] masks = Choose(step);
        for (int i = 0; i < masks.Length; i++)
        {
            if (_run.Latents.Count > 0)
            {
                _run.Latents[i].Keep(masks[i]);
                _run.Latents[i].Project();
                continue;
            }

            bool[] kept = new bool[masks[i].Length];
            for (int e = 0; e < kept.Length; e++)
                kept[e] = masks[i][e];
            _weights[i].SetMask(kept);
        }
    }

    private SparsityMask[] Choose(long step)
    {
        if (_options.SparsityByWeight is { } byWeight)
        {
            return [.. _weights.Select((weight, i) =>
            {
                Saliency.Magnitude(Values(i), _scores[i]);
                return MaskSelector.BySparsity(_scores[i], Reached(byWeight[weight.Name], step));
            })];
        }

        for (int i = 0; i < _weights.Count; i++)
            LayerAdaptiveSaliency.Score(Values(i), _scores[i]);
        ReadOnlyMemory<float>[] scores = [.. _scores.Select(score => (ReadOnlyMemory<float>)score)];
        return MaskSelector.ByGlobalSparsity(scores, Reached(_options.Sparsity, step));
    }

    private ReadOnlySpan<float> Values(int i) => _run.Latents.Count > 0 ? _run.Latents[i].Values : _weights[i].Values;

    private double Reached(double target, long step)
    {
        int end = (int)Math.Min(int.MaxValue, _growthEnd);
        Func<int, double> schedule = _options.Schedule switch
        {
            PruneSchedule.Cubic => SparsitySchedule.Cubic(0, target, 0, end, _options.Interval),
            PruneSchedule.Iterative => SparsitySchedule.Iterative(target, _options.Rounds, Math.Max(1, end / _options.Rounds)),
            _ => SparsitySchedule.OneShot(target),
        };
        return schedule((int)Math.Min(step, int.MaxValue));
    }

    private static void CheckNames(TrainingRun run, PruneOptions options)
    {
        foreach (string name in options.SparsityByWeight?.Keys ?? [])
        {
            if (!run.Prunable.Any(weight => weight.Name == name))
                throw new ArgumentException($"There is no weight '{name}' to prune; there are {string.Join(", ", run.Prunable.Select(weight => weight.Name))}.", nameof(options));
            if (options.SparsityByWeight![name] is not (>= 0 and <= 1))
                throw new ArgumentException($"The sparsity of '{name}' is {options.SparsityByWeight[name]}; it is from 0 to 1.", nameof(options));
        }
    }
}
