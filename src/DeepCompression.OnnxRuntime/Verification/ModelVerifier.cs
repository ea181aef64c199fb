namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>
/// Runs an original and another model on the same samples and compares their outputs. The original's outputs are kept and its session
/// closed before the other is opened, so no more than one model is in memory.
/// </summary>
public static class ModelVerifier
{
    /// <summary>Compares two models.</summary>
    /// <param name="openOriginal">Opens the original; called once, and the runner is disposed.</param>
    /// <param name="openOther">Opens the other model; called once, and the runner is disposed.</param>
    /// <param name="samples">Makes the samples from the original, for example by <see cref="RandomInputs"/> from its declared inputs.</param>
    /// <param name="progress">Told the number of finished runs of 2 x samples; may be null.</param>
    /// <returns>The differences of each output.</returns>
    /// <exception cref="InvalidDataException">A model does not load or run, a sample does not fit, or the outputs have different names or shapes.</exception>
    public static VerificationReport Verify(
        Func<ModelRunner> openOriginal,
        Func<ModelRunner> openOther,
        Func<ModelRunner, IReadOnlyList<InputSample>> samples,
        Action<int, int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(openOriginal);
        ArgumentNullException.ThrowIfNull(openOther);
        ArgumentNullException.ThrowIfNull(samples);

        List<InputSample> bound;
        var expected = new List<IReadOnlyList<TensorValue>>();
        IReadOnlyList<string> names;
        using (ModelRunner original = openOriginal())
        {
            bound = [.. samples(original).SelectMany(s => InputBinding.Bind(original.Inputs, s))];
            names = original.OutputNames;
            foreach (InputSample sample in bound)
            {
                expected.Add(original.Run(sample));
                progress?.Invoke(expected.Count, 2 * bound.Count);
            }
        }

        using ModelRunner other = openOther();
        int[] order = [.. names.Select(name => IndexOf(other, name))];
        OutputComparer[] comparers = [.. names.Select(name => new OutputComparer(name))];
        for (int i = 0; i < bound.Count; i++)
        {
            // Bound again: the inputs of the other model may be declared in another order.
            IReadOnlyList<TensorValue> actual = other.Run(InputBinding.Bind(other.Inputs, bound[i]).Single());
            for (int n = 0; n < comparers.Length; n++)
                comparers[n].Add(expected[i][n], actual[order[n]]);
            expected[i] = [];
            progress?.Invoke(bound.Count + i + 1, 2 * bound.Count);
        }

        return new VerificationReport(bound.Count, [.. comparers.Select(c => c.ToComparison())], other.SkippedOutputs);
    }

    private static int IndexOf(ModelRunner runner, string output)
    {
        for (int i = 0; i < runner.OutputNames.Count; i++)
        {
            if (runner.OutputNames[i] == output)
                return i;
        }

        throw new InvalidDataException($"The original has an output '{output}'; the other model has {string.Join(", ", runner.OutputNames.Select(n => $"'{n}'"))}.");
    }
}
