namespace DeepCompression.Training.Procedures;

/// <summary>How sparsity grows while a model is pruned and retrained.</summary>
public enum PruneSchedule
{
    /// <summary>Fast at first, slower towards the target (Zhu and Gupta 2017). Not in Han et al. 2016; finds sparser networks.</summary>
    Cubic,

    /// <summary>Prune, retrain, prune more, in rounds that prune the same share of what is left (Han et al. 2015, section 3.4).</summary>
    Iterative,

    /// <summary>All at the start.</summary>
    OneShot,
}
