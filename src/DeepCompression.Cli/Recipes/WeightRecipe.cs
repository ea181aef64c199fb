using DeepCompression.Onnx;
using DeepCompression.WeightSharing;

namespace DeepCompression.Cli.Recipes;

/// <summary>What a recipe says of a weight. What it leaves out is not done, or has its default.</summary>
internal sealed record WeightRecipe
{
    /// <summary>Up to these bits centroids are the exact optimum where no initialization is named; above, k-means++ is much quicker.</summary>
    private const int MostBitsOfOptimum = 5;

    public PruningMethod? Method { get; init; }

    public double? Sparsity { get; init; }

    public double? Quality { get; init; }

    public float? Threshold { get; init; }

    public int? Keep { get; init; }

    public int? Of { get; init; }

    public int? BlockRows { get; init; }

    public int? BlockColumns { get; init; }

    public int? Bits { get; init; }

    public int? Groups { get; init; }

    public CentroidInitialization? Initialization { get; init; }

    public int? MaxIterations { get; init; }

    public double? EntropyPenalty { get; init; }

    public int? Seed { get; init; }

    public EntropyCoder? Coder { get; init; }

    /// <summary>The options of the library.</summary>
    public WeightOptions ToOptions(EntropyCoder? coder)
    {
        if (Bits is null && (Groups is not null || Initialization is not null || MaxIterations is not null || EntropyPenalty is not null || Seed is not null))
            throw new UsageException("groups, initialization, maxIterations, entropyPenalty and seed are for weights that share centroids: say how many bits.");
        try
        {
            return new WeightOptions
            {
                Pruning = Method is null && Sparsity is null && Threshold is null && Quality is null && Keep is null && Of is null ? null : Pruning(),
                WeightSharing = Bits is null ? null : Sharing(),
                Packing = (Coder ?? coder) is { } c ? new PackingOptions { Coder = c } : null,
            };
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0] + $" Found {e.ActualValue}.");
        }
    }

    /// <summary>What options of the library say, to be kept in a file.</summary>
    public static WeightRecipe? From(WeightOptions? options)
    {
        if (options is null)
            return null;
        PruningOptions? pruning = options.Pruning;
        bool takesShare = pruning?.Method is PruningMethod.Sparsity or PruningMethod.GlobalSparsity or PruningMethod.Rows or PruningMethod.Blocks;
        return new WeightRecipe
        {
            Method = pruning?.Method is null or PruningMethod.Sparsity ? null : pruning.Method,
            Sparsity = takesShare ? pruning!.Sparsity : null,
            Quality = pruning?.Method == PruningMethod.Deviation ? pruning.Quality : null,
            Threshold = pruning?.Method == PruningMethod.Threshold ? pruning.Threshold : null,
            Keep = pruning?.Method == PruningMethod.Pattern ? pruning.Keep : null,
            Of = pruning?.Method == PruningMethod.Pattern ? pruning.Of : null,
            BlockRows = pruning?.Method == PruningMethod.Blocks ? pruning.BlockRows : null,
            BlockColumns = pruning?.Method == PruningMethod.Blocks ? pruning.BlockColumns : null,
            Bits = options.WeightSharing?.Bits,
            Groups = options.WeightSharing is { Groups: > 1 } sharing ? sharing.Groups : null,
            Initialization = options.WeightSharing?.Initialization,
            MaxIterations = options.WeightSharing?.MaxIterations,
            EntropyPenalty = options.WeightSharing is { EntropyPenalty: > 0 } constrained ? constrained.EntropyPenalty : null,
            Seed = options.WeightSharing is { } seeded && seeded.Seed != new SharingOptions().Seed ? seeded.Seed : null,
            Coder = options.Packing?.Coder,
        };
    }

    private PruningOptions Pruning()
    {
        var defaults = new PruningOptions();
        PruningMethod method = Method ?? (Threshold is not null ? PruningMethod.Threshold : Quality is not null ? PruningMethod.Deviation : Keep is not null || Of is not null ? PruningMethod.Pattern : PruningMethod.Sparsity);
        return new PruningOptions
        {
            Method = method,
            Sparsity = Sparsity ?? defaults.Sparsity,
            Quality = Quality ?? defaults.Quality,
            Threshold = Threshold ?? defaults.Threshold,
            Keep = Keep ?? defaults.Keep,
            Of = Of ?? defaults.Of,
            BlockRows = BlockRows ?? defaults.BlockRows,
            BlockColumns = BlockColumns ?? defaults.BlockColumns,
        };
    }

    private SharingOptions Sharing()
    {
        var defaults = new SharingOptions();
        return new SharingOptions
        {
            Bits = Bits!.Value,
            Groups = Groups ?? defaults.Groups,
            Initialization = Initialization ?? (Bits <= MostBitsOfOptimum ? CentroidInitialization.Optimal : CentroidInitialization.KMeansPlusPlus),
            MaxIterations = MaxIterations ?? defaults.MaxIterations,
            EntropyPenalty = EntropyPenalty ?? defaults.EntropyPenalty,
            Seed = Seed ?? defaults.Seed,
        };
    }
}
