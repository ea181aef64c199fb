using System.Collections.Immutable;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>
/// Compresses a model as far as its outputs stay within an error budget. The finished model is run against the original: what is
/// returned holds the budget on the samples for certain, if need be by changing nothing.
/// </summary>
public static class BudgetCompressor
{
    private const double BackOff = 0.85; // of the budget, where the finished model is over it
    private const int Attempts = 5;

    /// <summary>The representations of the standard form that are tried, smallest first; the last one changes nothing.</summary>
    private static readonly StandardKind[] s_kinds = [StandardKind.Int4, StandardKind.Int8, StandardKind.Float16, StandardKind.SparseInitializer];

    /// <summary>Compresses.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="samples">Samples that <see cref="InputBinding"/> bound to the inputs, at least one.</param>
    /// <param name="form">What stands in the place of a weight.</param>
    /// <param name="budget">The budget; the defaults when null.</param>
    /// <param name="packing">How weights are packed; null for the packer's defaults.</param>
    /// <param name="progress">Told how much is done, 0 to 1; may be null.</param>
    /// <returns>The compressed model, whose measured error is within the budget.</returns>
    /// <exception cref="InvalidDataException">The model is invalid or does not run on the samples.</exception>
    /// <exception cref="NotSupportedException">No output is a tensor of fractions.</exception>
    public static BudgetCompression Compress(
        OnnxModel model,
        IReadOnlyList<string> inputs,
        IReadOnlyList<InputSample> samples,
        ModelForm form,
        BudgetOptions? budget = null,
        PackingOptions? packing = null,
        Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        budget ??= new BudgetOptions();
        if (form == ModelForm.Standard)
            return CompressToStandard(model, samples, budget);

        budget = budget with { Portable = form == ModelForm.Portable };
        int runs = 0;
        double target = budget.MaxError;
        for (int attempt = 0; attempt < Attempts; attempt++, target *= BackOff)
        {
            BudgetResult found = BudgetSearch.Find(model, inputs, samples, budget with { MaxError = target }, progress);
            BudgetCompression compression = Finish(model, samples, Options(form, packing, found.Choices), found.Choices);
            runs += found.Runs + (2 * samples.Count);
            if (compression.Verification.RelativeError <= budget.MaxError)
                return compression with { Runs = runs };
        }

        return Finish(model, samples, Options(form, packing, []), []) with { Runs = runs };
    }

    private static BudgetCompression CompressToStandard(OnnxModel model, IReadOnlyList<InputSample> samples, BudgetOptions budget)
    {
        int runs = 0;
        Exception? unsupported = null;
        BudgetCompression? best = null;
        foreach (StandardKind kind in s_kinds)
        {
            try
            {
                var options = new CompressionOptions { Form = ModelForm.Standard, Standard = new StandardOptions { Kind = kind } };
                BudgetCompression compression = Finish(model, samples, options, []);
                runs += 2 * samples.Count;
                bool holds = compression.Verification.RelativeError <= budget.MaxError;
                bool bestHolds = best?.Verification.RelativeError <= budget.MaxError;
                if (best is null || (holds && (!bestHolds || compression.Result.Report.FileBytes < best.Result.Report.FileBytes)))
                    best = compression;
            }
            catch (Exception e) when (e is NotSupportedException or InvalidDataException or ArgumentException)
            {
                // The model's opset, or the runtime, does not have this representation.
                unsupported = e;
            }
        }

        return best is null ? throw new NotSupportedException($"{model.Name}: no standard representation runs: {unsupported!.Message}", unsupported) : best with { Runs = runs };
    }

    private static CompressionOptions Options(ModelForm form, PackingOptions? packing, ImmutableArray<WeightChoice> choices) => new()
    {
        Form = form,
        Default = new WeightOptions { Packing = packing },
        ByWeight = choices.Where(choice => !choice.IsKept).ToDictionary(choice => choice.Path, choice => (WeightOptions?)new WeightOptions
        {
            Pruning = choice.Sparsity > 0 ? new PruningOptions { Sparsity = choice.Sparsity } : null,
            WeightSharing = choice.Sharing,
            Packing = packing,
        }),
    };

    private static BudgetCompression Finish(OnnxModel model, IReadOnlyList<InputSample> samples, CompressionOptions options, ImmutableArray<WeightChoice> choices)
    {
        CompressionResult result = ModelCompressor.Compress(model, options);
        VerificationReport verification = ModelVerifier.Verify(() => ModelRunner.Open(model), () => ModelRunner.Open(result.Model), _ => samples);
        return new BudgetCompression(result, options, choices, verification, 0);
    }
}
