namespace DeepCompression.Pruning;

/// <summary>
/// How sparsity grows over the steps of a training run. Every schedule is a pure function from a step, counted from 0, to a sparsity,
/// 0 to 1; steps beyond the last keep the target.
/// </summary>
public static class SparsitySchedule
{
    /// <summary>The target from the first step on.</summary>
    /// <param name="target">The sparsity to reach, 0 to 1.</param>
    /// <returns>Step to sparsity.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="target"/> is not from 0 to 1.</exception>
    public static Func<int, double> OneShot(double target)
    {
        CheckSparsity(target, nameof(target));
        return step => step < 0 ? throw NegativeStep(step) : target;
    }

    /// <summary>
    /// Prune, retrain, prune more (Han et al. 2015, section 3.4): each round prunes the same share of what is left, so that density
    /// falls geometrically. Effectively computes <c>1 - (1 - target) ^ (min(step / interval + 1, rounds) / rounds)</c>.
    /// </summary>
    /// <param name="target">The sparsity after the last round, 0 to 1.</param>
    /// <param name="rounds">The number of prunings, at least 1.</param>
    /// <param name="interval">Steps from one pruning to the next, at least 1.</param>
    /// <returns>Step to sparsity.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Func<int, double> Iterative(double target, int rounds, int interval = 1)
    {
        CheckSparsity(target, nameof(target));
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        return step =>
        {
            if (step < 0)
                throw NegativeStep(step);
            long round = step / interval + 1L;
            return round >= rounds ? target : 1 - Math.Pow(1 - target, (double)round / rounds);
        };
    }

    /// <summary>
    /// The cubic schedule of Zhu and Gupta 2017, eq. 1: <c>target + (initial - target) * (1 - (step - begin) / (end - begin)) ^ 3</c>
    /// between the first and the last step, the initial sparsity before.
    /// </summary>
    /// <param name="initial">The sparsity up to <paramref name="begin"/>, 0 to 1.</param>
    /// <param name="target">The sparsity from <paramref name="end"/> on, 0 to 1.</param>
    /// <param name="begin">The first step of pruning, at least 0.</param>
    /// <param name="end">The last step of pruning, after <paramref name="begin"/>.</param>
    /// <param name="interval">Steps from one pruning to the next; between them sparsity stays as it was.</param>
    /// <returns>Step to sparsity.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Func<int, double> Cubic(double initial, double target, int begin, int end, int interval = 1)
    {
        CheckSparsity(initial, nameof(initial));
        CheckSparsity(target, nameof(target));
        ArgumentOutOfRangeException.ThrowIfNegative(begin);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(end, begin);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        return step =>
        {
            if (step < 0)
                throw NegativeStep(step);
            if (step <= begin)
                return initial;
            if (step >= end)
                return target;
            double left = 1 - (double)((step - begin) / interval * interval) / (end - begin);
            return target + (initial - target) * left * left * left;
        };
    }

    private static void CheckSparsity(double sparsity, string name)
    {
        if (!(sparsity is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(name, sparsity, "A sparsity is from 0 to 1.");
    }

    private static ArgumentOutOfRangeException NegativeStep(int step) => new(nameof(step), step, "Steps are counted from 0.");
}
