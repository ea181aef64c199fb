namespace DeepCompression.Training.Procedures;

/// <summary>How a model is pruned and retrained.</summary>
public sealed record PruneOptions
{
    /// <summary>
    /// Pruned by all elements of all matrices and kernels together, 0 to 1; how much of it each layer takes follows from
    /// layer-adaptive magnitudes (Lee et al. 2021). Default 0.9. Not used where <see cref="SparsityByWeight"/> is set.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1.</exception>
    public double Sparsity { get; init => field = Share(value, nameof(Sparsity)); } = 0.9;

    /// <summary>The sparsity of each weight, 0 to 1, by its name; weights without an entry are not pruned. Null, the default, for <see cref="Sparsity"/>.</summary>
    public IReadOnlyDictionary<string, double>? SparsityByWeight { get; init; }

    /// <summary>Passes over the data, at least 1. Default 20.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Epochs
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 20;

    /// <summary>How sparsity grows. Default cubic.</summary>
    public PruneSchedule Schedule { get; init; }

    /// <summary>The share of training in which sparsity grows, 0 to 1. Default 0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1.</exception>
    public double GrowthShare { get; init => field = Share(value, nameof(GrowthShare)); } = 0.5;

    /// <summary>Prunings of the iterative schedule, at least 1. Default 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Rounds
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 5;

    /// <summary>
    /// Whether pruned elements go on following their gradients unseen and can return (Lin et al. 2020), until
    /// <see cref="SelectionShare"/> of training is done. Default true. False is Han et al. 2015: what is pruned stays pruned; it
    /// does better where more than 98 % are pruned with Adam, whose steps are as wide for weights that hardly matter.
    /// </summary>
    public bool Feedback { get; init; } = true;

    /// <summary>The share of training after which masks stay as they are, at least <see cref="GrowthShare"/>. Default 0.75.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1.</exception>
    public double SelectionShare { get; init => field = Share(value, nameof(SelectionShare)); } = 0.75;

    /// <summary>Steps from one choice of masks to the next, at least 1. Default 16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Interval
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 16;

    private static double Share(double value, string name) =>
        value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "A share is from 0 to 1.");
}
