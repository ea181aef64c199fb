using DeepCompression.WeightSharing;

namespace DeepCompression.Training.Procedures;

/// <summary>How a model's weights are shared and the centroids trained.</summary>
public sealed record ShareOptions
{
    /// <summary>Bits a code, 1 to 8: 2^bits values a weight, zero among them where the weight is pruned. Default 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 1 to 8.</exception>
    public int Bits { get; init => field = Check(value, nameof(Bits)); } = 5;

    /// <summary>Bits a code of single weights, by name. None by default.</summary>
    public IReadOnlyDictionary<string, int>? BitsByWeight { get; init; }

    /// <summary>Bits a code of biases and other vectors, 1 to 8; null, the default, leaves them as they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 1 to 8.</exception>
    public int? VectorBits { get; init => field = value is int bits ? Check(bits, nameof(VectorBits)) : null; }

    /// <summary>Where centroids start (Han et al. 2016, section 3.2). Default: the exact optimum of k-means.</summary>
    public CentroidInitialization Initialization { get; init; } = CentroidInitialization.Optimal;

    /// <summary>
    /// What a bit of code is worth when weights choose their centroids, at least 0, as <see cref="KMeansOptions.EntropyPenalty"/> has it: more
    /// makes codes smaller and errors larger, which training makes good for a part. Default 0: every weight takes the nearest centroid.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, infinite or NaN.</exception>
    public double EntropyPenalty
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Not a finite number of at least 0.");
    }

    /// <summary>
    /// Passes over the data in which weights follow their gradients unseen and can change their centroid, at least 0. Default 0,
    /// as in Han et al. 2016; with 3 bits or less some epochs gain much.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int ReassignEpochs
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Passes over the data in which centroids follow their gradients (Han et al. 2016, section 3.3), at least 0. Default 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int Epochs
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 3;

    /// <summary>Which gradient centroids follow. Default: the mean of their weights' gradients.</summary>
    public CentroidGradient Gradient { get; init; }

    /// <summary>What the learning rate is multiplied with in this procedure, at least 0. Default 0.25: the model is trained already.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double RateScale { get; init => field = Schedules.RateRange.Check(value, nameof(RateScale)); } = 0.25;

    private static int Check(int bits, string name) =>
        bits is >= 1 and <= 8 ? bits : throw new ArgumentOutOfRangeException(name, bits, "A code has 1 to 8 bits.");
}
