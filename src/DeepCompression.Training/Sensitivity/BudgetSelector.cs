using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Sensitivity;

/// <summary>
/// Chooses sparsity and bits of every weight so that the model becomes as small as possible and loses no more accuracy than allowed,
/// without retraining.
/// </summary>
/// <remarks>
/// Step by step the weight is made smaller that saves most bits for the loss it costs, as the sensitivity analysis measured it alone;
/// after each step the whole model is measured, and a step that costs more than is left of the budget is taken back for good.
/// </remarks>
public static class BudgetSelector
{
    private const double BitsOfFree = 32; // a weight that is not shared

    /// <summary>Chooses for a budget.</summary>
    /// <param name="model">A trained model.</param>
    /// <param name="data">Labelled samples, best ones that training has not seen.</param>
    /// <param name="report">The sensitivity analysis of the model.</param>
    /// <param name="allowedLoss">The accuracy that may be lost, 0 to 1, for example 0.01 for one point of a hundred.</param>
    /// <param name="options">The batch size, the loss and the field of the labels, as in the analysis; the defaults where null.</param>
    /// <returns>The choices, and the accuracy measured with all of them.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="allowedLoss"/> is not from 0 to 1.</exception>
    /// <exception cref="ArgumentException">The report is of another model, or the data does not fit the model.</exception>
    public static BudgetChoice Select(ModelProto model, IBatchSource data, SensitivityReport report, double allowedLoss, Procedures.RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (allowedLoss is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(allowedLoss), allowedLoss, "The accuracy that may be lost is from 0 to 1.");
        using TrialSession trials = new(model, data, options ?? new Procedures.RunOptions());
        Ladder[] ladders = [.. trials.Weights.Select(trial => new Ladder(trial, report))];
        double accuracy = report.BaseAccuracy;
        while (ladders.Select((ladder, i) => (Gain: ladder.NextGain, i)).Where(pair => pair.Gain > 0).OrderByDescending(pair => pair.Gain).FirstOrDefault() is { Gain: > 0 } best)
        {
            Ladder ladder = ladders[best.i];
            ladder.Advance();
            EvaluationResult result = trials.Evaluate();
            double reached = (double)result.Correct!.Value / result.Count;
            if (reached >= report.BaseAccuracy - allowedLoss)
                accuracy = reached;
            else
                ladder.TakeBack();
        }

        return new BudgetChoice([.. ladders.Select(ladder => ladder.Choice)], report.BaseAccuracy, accuracy, ladders.Sum(ladder => ladder.Bits));
    }

    private static double Entropy(double density) =>
        density is <= 0 or >= 1 ? 0 : -(density * Math.Log2(density)) - ((1 - density) * Math.Log2(1 - density));

    /// <summary>The steps that one weight can take: to the next sparsity, or to fewer bits.</summary>
    private sealed class Ladder
    {
        private readonly WeightTrial _trial;
        private readonly List<(double Sparsity, double Loss)> _sparsities;
        private readonly List<(int? Bits, double Loss)> _bits;
        private int _sparsity;
        private int _code;
        private bool _sparsityEnds;
        private bool _bitsEnd;
        private bool _lastWasSparsity;

        public Ladder(WeightTrial trial, SensitivityReport report)
        {
            _trial = trial;
            SensitivityPoint[] points = [.. report.Points.Where(point => point.Weight == trial.Weight.Name)];
            if (points.Length == 0)
                throw new ArgumentException($"The report has no weight '{trial.Weight.Name}'; it is of another model.", nameof(report));
            double Lost(SensitivityPoint point) => Math.Max(0, report.BaseAccuracy - point.Accuracy);
            _sparsities = [(0, 0), .. points.Where(p => p.Sparsity is not null).OrderBy(p => p.Sparsity).Select(p => (p.Sparsity!.Value, Lost(p)))];
            _bits = [(null, 0), .. points.Where(p => p.Bits is not null).OrderByDescending(p => p.Bits).Select(p => (p.Bits, Lost(p)))];
        }

        public WeightChoice Choice => new(_trial.Weight.Name, _sparsities[_sparsity].Sparsity, _bits[_code].Bits);

        public double Bits => Size(_sparsity, _code);

        /// <summary>Bits saved by accuracy lost of the better next step; 0 where there is none.</summary>
        public double NextGain => Math.Max(SparsityGain, BitsGain);

        private double SparsityGain => _sparsityEnds || _sparsity + 1 >= _sparsities.Count
            ? 0
            : Gain(Size(_sparsity + 1, _code), _sparsities[_sparsity + 1].Loss - _sparsities[_sparsity].Loss);

        private double BitsGain => _bitsEnd || _code + 1 >= _bits.Count
            ? 0
            : Gain(Size(_sparsity, _code + 1), _bits[_code + 1].Loss - _bits[_code].Loss);

        public void Advance()
        {
            _lastWasSparsity = SparsityGain >= BitsGain;
            if (_lastWasSparsity)
                _sparsity++;
            else
                _code++;
            Apply();
        }

        public void TakeBack()
        {
            if (_lastWasSparsity)
                (_sparsity, _sparsityEnds) = (_sparsity - 1, true);
            else
                (_code, _bitsEnd) = (_code - 1, true);
            Apply();
        }

        private void Apply() => _trial.Apply(_sparsities[_sparsity].Sparsity, _bits[_code].Bits);

        private double Gain(double size, double lost)
        {
            double saved = Bits - size;
            return saved <= 0 ? 0 : saved / (Math.Max(0, lost) + 1e-5); // steps that cost nothing come first, the largest before
        }

        private double Size(int sparsity, int code)
        {
            double density = 1 - _sparsities[sparsity].Sparsity;
            return _trial.Weight.Values.Length * (Entropy(density) + (density * (_bits[code].Bits ?? BitsOfFree)));
        }
    }
}
