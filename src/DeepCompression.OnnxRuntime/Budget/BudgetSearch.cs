using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>
/// Finds sparsity and bits for every weight so that the model becomes small and its outputs stay within an error budget, by running it:
/// <list type="number">
/// <item>For each weight, the ways to compress it that are worth trying, with size and distortion, are measured on a part of it.</item>
/// <item>Each weight alone is replaced by a compressed one and the model run: its sensitivity is the squared error of the outputs a unit of distortion.</item>
/// <item>The budget is spread over the weights so that a byte saved costs the same error everywhere.</item>
/// <item>All choices together are run; the target is moved by what was measured, until the error is just within the budget.</item>
/// <item>Sensitivities are measured again at the choices, and steps 3 and 4 repeated.</item>
/// </list>
/// </summary>
public static class BudgetSearch
{
    private const int ProbeSamples = 2; // samples for the sensitivity of one weight; all are used for the choices together
    private const double ProbeDistortion = 1e-3; // squared: about a code of 5 bits
    private const int Trials = 10; // runs of all choices together, a round
    private const int MaxSkips = 60; // targets a round that lead to the choices of the one before
    private const double CloseEnough = 0.95; // of the budget: nothing much is left to gain

    /// <summary>Searches.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="samples">Samples that <see cref="InputBinding"/> bound to the inputs, at least one.</param>
    /// <param name="options">The budget; the defaults when null.</param>
    /// <param name="progress">Told how much is done, 0 to 1; may be null.</param>
    /// <returns>The choices. With all of them together, the error that was measured on the samples is within the budget.</returns>
    /// <exception cref="InvalidDataException">The model does not run on the samples.</exception>
    /// <exception cref="NotSupportedException">No output is a tensor of fractions.</exception>
    public static BudgetResult Find(
        OnnxModel model, IReadOnlyList<string> inputs, IReadOnlyList<InputSample> samples, BudgetOptions? options = null, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfZero(samples.Count, nameof(samples));
        options ??= new BudgetOptions();

        List<WeightChoice> kept = [];
        List<Weight> weights = [];
        foreach (Weight weight in WeightWalker.Find(model).Where(options.Select))
        {
            if (ReasonToKeep(weight) is { } reason)
                kept.Add(new WeightChoice(weight.Path, 0, 0, 1, 0, 0, reason));
            else
                weights.Add(weight);
        }

        if (weights.Count == 0)
            return new BudgetResult([.. kept], 0, 0);
        using var probe = new SensitivityProbe(model, weights, inputs, samples);
        var search = new Search(probe, [.. weights.Select(w => new PrunedTensor(w.ElementType, w.Shape, w.Read()))], options, progress ?? (_ => { }));
        (int[] chosen, double error) = search.Run();
        return new BudgetResult([.. search.Describe(weights, chosen), .. kept], error, search.Runs);
    }

    private static string? ReasonToKeep(Weight weight)
    {
        if (!WeightLifter.CanLift(weight))
            return "kept: in the body of a function, where its effect cannot be measured alone";
        if (weight.IsOverridable)
            return "kept: an input of the model too";
        float[] values = WeightValues.ToSingle(weight.ElementType, weight.Read().Span);
        return Array.TrueForAll(values, float.IsFinite) ? null : "kept: has NaN or infinite values";
    }

    private sealed class Search(SensitivityProbe probe, PrunedTensor[] weights, BudgetOptions options, Action<double> progress)
    {
        private readonly IReadOnlyList<WeightCandidate>[] _curves = new IReadOnlyList<WeightCandidate>[weights.Length];
        private readonly double[] _sensitivities = new double[weights.Length];
        private readonly (int Candidate, byte[] Dense)[] _coded = new (int, byte[])[weights.Length];
        private readonly int _probeSamples = Math.Min(ProbeSamples, probe.Samples);
        private readonly double _steps = (2.0 * weights.Length) + (2 * Trials);
        private double _done;

        public int Runs { get; private set; } = probe.Samples;

        public (int[] Chosen, double Error) Run()
        {
            Parallel.For(0, weights.Length, i => _curves[i] = CandidateCurve.Find(weights[i], options.Portable));
            int[] best = new int[weights.Length];
            double bestError = 0, target = options.MaxError;
            MeasureSensitivities(i => NearestTo(_curves[i], ProbeDistortion));
            for (int round = 0; round < 2; round++)
            {
                (int[] chosen, double error, target) = FitToBudget(target);
                if (Bytes(chosen) < Bytes(best))
                    (best, bestError) = (chosen, error);
                if (round == 0)
                    MeasureSensitivities(i => best[i] > 0 ? best[i] : NearestTo(_curves[i], ProbeDistortion));
            }

            return (best, bestError);
        }

        public IEnumerable<WeightChoice> Describe(List<Weight> found, int[] chosen)
        {
            double all = BudgetAllocator.SquaredError(_curves, _sensitivities, chosen);
            for (int i = 0; i < chosen.Length; i++)
            {
                WeightCandidate candidate = _curves[i][chosen[i]];
                double share = all > 0 ? _sensitivities[i] * candidate.Distortion / all : 0;
                string reason = candidate.IsLossless ? (_curves[i].Count > 1 ? "kept exact: a change would cost too much error" : "kept exact: nothing smaller was found")
                    : _sensitivities[i] == 0 ? "no effect on the outputs was seen: changed little, to be safe"
                    : FormattableString.Invariant($"{Math.Sqrt(candidate.Distortion) * 100:G2} % change of the weight, {share * 100:G2} % of the output error");
                yield return new WeightChoice(found[i].Path, candidate.Sparsity, candidate.Bits, candidate.Groups, candidate.EntropyPenalty, share, reason);
            }
        }

        private static int NearestTo(IReadOnlyList<WeightCandidate> curve, double distortion) => curve.Count == 1 ? 0
            : Enumerable.Range(1, curve.Count - 1).MinBy(c => Math.Abs(Math.Log(curve[c].Distortion / distortion)));

        private void MeasureSensitivities(Func<int, int> candidateOf)
        {
            for (int i = 0; i < weights.Length; i++)
            {
                int candidate = candidateOf(i);
                byte[] dense = Code(i, candidate);
                double distortion = CandidateCoder.Distortion(weights[i].ElementType, weights[i].Values.Span, dense);
                double error = distortion == 0 ? 0 : probe.Measure(new Dictionary<int, byte[]> { [i] = dense }, _probeSamples);
                Runs += _probeSamples;
                _sensitivities[i] = distortion == 0 ? 0 : error * error / distortion;
                if (_sensitivities[i] == 0 && _curves[i].Count > 1)
                    _curves[i] = Careful(_curves[i]);
                Advance();
            }
        }

        // Not seen to matter on these samples, which does not mean that it never does: only the closest of the candidates are left.
        private static IReadOnlyList<WeightCandidate> Careful(IReadOnlyList<WeightCandidate> curve) =>
            [.. curve.Where((c, i) => i == 0 || (c.Bits == 8 && c.Sparsity == 0 && c.EntropyPenalty == 0))];

        // The measured error is not quite what the sum of squares expects: the target moves until it is just within the budget.
        private (int[] Chosen, double Error, double Target) FitToBudget(double start)
        {
            int[] best = new int[weights.Length], last = [];
            double bestError = 0, bestTarget = start, target = start, feasible = 0, infeasible = double.PositiveInfinity, error = 0;
            double end = _done + Trials;
            for (int trial = 0, skipped = 0; trial < Trials && skipped < MaxSkips; trial++)
            {
                int[] chosen = BudgetAllocator.Allocate(_curves, _sensitivities, target * target);
                if (chosen.AsSpan().SequenceEqual(last))
                {
                    // Between two choices: a run would tell nothing new.
                    trial--;
                    skipped++;
                }
                else
                {
                    error = MeasureTogether(last = chosen);
                    Advance();
                }

                bool holds = error <= options.MaxError;
                if (holds && Bytes(chosen) <= Bytes(best))
                    (best, bestError, bestTarget) = (chosen, error, target);
                (feasible, infeasible) = holds ? (Math.Max(feasible, target), infeasible) : (feasible, Math.Min(infeasible, target));
                bool isSmallest = chosen.Zip(_curves).All(p => p.First == p.Second.Count - 1);
                if (holds && (error >= CloseEnough * options.MaxError || infeasible / target < 1.01 || isSmallest))
                    break;
                target = Next(target, error, feasible, infeasible);
            }

            _done = end;
            return (best, bestError, bestTarget);
        }

        // By what was measured, if that lies between the targets that are known to hold and not to; else between these.
        private double Next(double target, double error, double feasible, double infeasible)
        {
            double step = error > 0 && double.IsFinite(error) ? Math.Clamp(options.MaxError / error * 0.985, 1 / 16.0, 16) : error > 0 ? 1 / 4.0 : 4;
            step = error > options.MaxError ? Math.Min(step, 0.94) : Math.Max(step, 1.03);
            double next = target * step;
            return feasible > 0 && double.IsFinite(infeasible) && (next <= feasible || next >= infeasible) ? Math.Sqrt(feasible * infeasible) : next;
        }

        private double MeasureTogether(int[] chosen)
        {
            var replacements = new Dictionary<int, byte[]>();
            for (int i = 0; i < chosen.Length; i++)
            {
                if (chosen[i] > 0)
                    replacements[i] = Code(i, chosen[i]);
            }

            Runs += probe.Samples;
            return probe.Measure(replacements, probe.Samples);
        }

        private byte[] Code(int weight, int candidate)
        {
            if (_coded[weight].Dense is null || _coded[weight].Candidate != candidate)
            {
                WeightCandidate c = _curves[weight][candidate];
                CompressedTensor coded = c.IsLossless ? weights[weight] : CandidateCoder.Code(weights[weight], c.Sparsity, c.Sharing);
                _coded[weight] = (candidate, CandidateCoder.Dense(coded));
            }

            return _coded[weight].Dense;
        }

        private long Bytes(int[] chosen) => chosen.Zip(_curves).Sum(p => p.Second[p.First].Bytes);

        private void Advance() => progress(Math.Min(1, ++_done / _steps));
    }
}
