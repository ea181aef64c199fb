using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Sensitivity;

/// <summary>Measures how much accuracy a model loses where one weight at a time is pruned or shared (Han et al. 2015, section 5, figure 6).</summary>
public static class SensitivityAnalysis
{
    /// <summary>Tries every sparsity and every number of bits on every matrix and kernel.</summary>
    /// <param name="model">A trained model.</param>
    /// <param name="data">Labelled samples, best ones that training has not seen.</param>
    /// <param name="options">What is tried; the defaults where null.</param>
    /// <returns>The accuracy of every trial.</returns>
    /// <exception cref="ArgumentException">The data does not fit the model, has no sample, or the loss defines no accuracy.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A sparsity is not from 0 to 1, or bits are not from 1 to 8.</exception>
    /// <exception cref="NotSupportedException">A node of the model has no gradient rule.</exception>
    public static SensitivityReport Run(ModelProto model, IBatchSource data, SensitivityOptions? options = null)
    {
        options ??= new SensitivityOptions();
        using TrialSession trials = new(model, data, options.Run);
        EvaluationResult whole = trials.Evaluate();
        if (whole.Correct is null)
            throw new ArgumentException("The loss defines no accuracy.", nameof(options));
        List<SensitivityPoint> points = [];
        int all = Math.Max(1, trials.Weights.Count * (options.Sparsities.Count + options.Bits.Count));
        foreach (WeightTrial trial in trials.Weights)
        {
            foreach (double sparsity in options.Sparsities)
                Try(trial, sparsity, null);
            foreach (int bits in options.Bits)
                Try(trial, null, bits);
            trial.Undo();
        }

        return new SensitivityReport((double)whole.Correct / whole.Count, whole.Loss, whole.Count, points);

        void Try(WeightTrial trial, double? sparsity, int? bits)
        {
            trial.Apply(sparsity ?? 0, bits);
            EvaluationResult result = trials.Evaluate();
            points.Add(new SensitivityPoint(trial.Weight.Name, sparsity, bits, (double)result.Correct!.Value / result.Count, result.Loss));
            options.Progress?.Invoke((double)points.Count / all);
        }
    }
}
