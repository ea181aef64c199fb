using System.Runtime.InteropServices;
using DeepCompression.Training.Schedules;
using DeepCompression.WeightSharing;

namespace DeepCompression.Training.Procedures;

/// <summary>The stages of a procedure that share weights and train centroids. Zeros stay zero.</summary>
internal sealed class ShareStage
{
    private const int MoveInterval = 50; // steps from one move of the centroids to the next while weights can change theirs
    private const double MoveShare = 0.8; // after this share of the stage centroids and codes settle

    private readonly TrainingRun _run;
    private readonly ShareOptions _options;
    private readonly IReadOnlyList<TrainedWeight> _weights;

    public ShareStage(TrainingRun run, ShareOptions options)
    {
        _run = run;
        _options = options;
        foreach (string name in options.BitsByWeight?.Keys ?? [])
        {
            if (!run.Session.Weights.Any(weight => weight.Name == name))
                throw new ArgumentException($"There is no weight '{name}' to share; there are {string.Join(", ", run.Session.Weights.Select(weight => weight.Name))}.", nameof(options));
        }

        _weights = [.. run.Session.Weights.Where(weight => Bits(weight) > 0)];
    }

    public void Run(ILearningRateSchedule rate)
    {
        ScaledRate scaled = new(_options.RateScale, rate);
        if (_options.ReassignEpochs > 0)
        {
            long steps = (long)_options.ReassignEpochs * _run.StepsPerEpoch;
            _run.Stage("share", _options.ReassignEpochs, scaled, BeginReassign, step =>
            {
                if (step > 0 && step % MoveInterval == 0 && step < steps * MoveShare)
                    MoveCentroids();
            });
        }

        _run.Stage("finetune", _options.Epochs, scaled, BeginFinetune);
    }

    /// <summary>Bits of a weight's codes; 0 where it is not shared.</summary>
    private int Bits(TrainedWeight weight)
    {
        if (_options.BitsByWeight is { } byWeight && byWeight.TryGetValue(weight.Name, out int bits))
            return bits;
        return Prunable.IsMatrix(weight.Shape) ? _options.Bits : _options.VectorBits ?? 0;
    }

    private void BeginReassign()
    {
        foreach (TrainedWeight weight in _weights.Where(weight => Prunable.IsMatrix(weight.Shape)))
            KeepZeros(weight);
        _run.HoldTwice(_weights);
        foreach (LatentWeight latent in _run.Latents)
        {
            CodedTensor coded = Share(latent.Weight, _options.EntropyPenalty);
            latent.Keep(Pruning.SparsityMask.OfNonZeros(ElementType.Float32, MemoryMarshal.AsBytes<float>(latent.Weight.Values)));
            latent.Share(coded, _options.EntropyPenalty);
            latent.Project();
        }
    }

    private void MoveCentroids()
    {
        foreach (LatentWeight latent in _run.Latents)
        {
            latent.MoveCentroids(_options.EntropyPenalty);
            latent.Project();
        }
    }

    private void BeginFinetune()
    {
        double entropyPenalty = _options.ReassignEpochs > 0 ? 0 : _options.EntropyPenalty; // weights that chose their centroids keep them
        _run.HoldOnce();
        foreach (TrainedWeight weight in _weights)
        {
            weight.SetCodebook(Share(weight, entropyPenalty));
            weight.CentroidGradient = _options.Gradient;
            (weight.L1, weight.L2) = (0, 0);
        }
    }

    // A weight that has no more distinct values than centroids is coded as it is.
    private CodedTensor Share(TrainedWeight weight, double entropyPenalty) => WeightSharer.Share(
        new PrunedTensor(ElementType.Float32, weight.Shape, MemoryMarshal.AsBytes<float>(weight.Values).ToArray()),
        new SharingOptions { Bits = Bits(weight), Initialization = _options.Initialization, EntropyPenalty = entropyPenalty, Seed = 1 });

    private static void KeepZeros(TrainedWeight weight)
    {
        bool[] kept = new bool[weight.Values.Length];
        bool any = false;
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = weight.Values[i] != 0;
            any |= !kept[i];
        }

        if (any)
            weight.SetMask(kept);
    }
}
