using System.Numerics;
using System.Runtime.InteropServices;
using DeepCompression.Pruning;
using DeepCompression.Training.Checkpoints;

namespace DeepCompression.Training.Procedures;

/// <summary>
/// A weight that training holds twice: the latent values, which follow the gradients, and the values that the network computes with,
/// their projection: pruned, or moved to the nearest centroid, or both. Gradients are taken at the projection and applied to the latent
/// values (the straight-through estimator, Bengio et al. 2013), so a pruned weight can return and a shared one can change its centroid
/// (for pruning: Lin et al. 2020, "Dynamic model pruning with feedback"). Not in Han et al. 2016.
/// </summary>
internal sealed class LatentWeight
{
    private readonly TrainedWeight _weight;
    private readonly float[] _latent;
    private readonly float[] _mask;
    private int[] _kept;
    private double[] _costs = []; // of each centroid's code, in squared errors

    public LatentWeight(TrainedWeight weight)
    {
        _weight = weight;
        _latent = weight.Values.ToArray();
        _mask = new float[_latent.Length];
        _kept = [];
        Keep(null);
    }

    public TrainedWeight Weight => _weight;

    public float[] Values => _latent;

    /// <summary>Ascending; empty while the weight is not shared.</summary>
    public float[] Centroids { get; private set; } = [];

    /// <summary>Keeps the elements of a mask, or all.</summary>
    public void Keep(SparsityMask? mask)
    {
        if (mask is null)
            Array.Fill(_mask, 1);
        else
            mask.CopyTo(_mask);
        FindKept();
    }

    public bool[] GetKept() => Array.ConvertAll(_mask, value => value != 0);

    /// <summary>The latent values that are kept.</summary>
    public float[] GetKeptValues() => Array.ConvertAll(_kept, i => _latent[i]);

    /// <summary>Shares the kept values.</summary>
    /// <param name="coded">The weight as it is shared at first.</param>
    /// <param name="entropyPenalty">What a bit of code is worth: the squared error for it, in units of the variance of the latent values.</param>
    public void Share(CodedTensor coded, double entropyPenalty)
    {
        int first = coded.Codebook.HasZero ? 1 : 0;
        Centroids = MemoryMarshal.Cast<byte, float>(coded.Codebook.Values.Span)[first..].ToArray();
        int[] counts = new int[Centroids.Length];
        foreach (byte code in coded.Codes.Span)
        {
            if (code >= first)
                counts[code - first]++;
        }

        SetCosts(counts, entropyPenalty);
    }

    /// <summary>
    /// Moves each centroid to the mean of the kept latent values that have it: one iteration of k-means, or, where bits have a price, of
    /// entropy-constrained quantization (Chou, Lookabaugh, Gray 1989).
    /// </summary>
    /// <param name="entropyPenalty">What a bit of code is worth: the squared error for it, in units of the variance of the latent values.</param>
    public void MoveCentroids(double entropyPenalty)
    {
        double[] sums = new double[Centroids.Length];
        int[] counts = new int[Centroids.Length];
        foreach (int i in _kept)
        {
            int code = CodeOf(_latent[i]);
            sums[code] += _latent[i];
            counts[code]++;
        }

        for (int code = 0; code < sums.Length; code++)
        {
            if (counts[code] > 0)
                Centroids[code] = (float)(sums[code] / counts[code]);
        }

        SetCosts(counts, entropyPenalty);
    }

    /// <summary>Lets the update move the latent values.</summary>
    public void BeforeUpdate() => _latent.CopyTo(_weight.Values);

    /// <summary>Takes the latent values back and shows the network their projection.</summary>
    public void AfterUpdate()
    {
        _weight.Values.CopyTo(_latent);
        Project();
    }

    public void Project()
    {
        Span<float> values = _weight.Values;
        if (Centroids.Length == 0)
        {
            Multiply(_latent, _mask, values);
            return;
        }

        values.Clear();
        foreach (int i in _kept)
            values[i] = Centroids[CodeOf(_latent[i])];
    }

    public void Save(Checkpoint checkpoint)
    {
        checkpoint.Add<float>($"latent/{_weight.Name}", _latent);
        checkpoint.Add<float>($"latent-mask/{_weight.Name}", _mask);
        checkpoint.Add<float>($"latent-centroids/{_weight.Name}", Centroids);
        checkpoint.Add<double>($"latent-costs/{_weight.Name}", _costs);
    }

    public void Restore(Checkpoint checkpoint)
    {
        checkpoint.CopyTo<float>($"latent/{_weight.Name}", _latent);
        checkpoint.CopyTo<float>($"latent-mask/{_weight.Name}", _mask);
        Centroids = checkpoint.Get<float>($"latent-centroids/{_weight.Name}").ToArray();
        _costs = checkpoint.Get<double>($"latent-costs/{_weight.Name}").ToArray();
        FindKept();
    }

    private static void Multiply(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> product)
    {
        int whole = left.Length - (left.Length % Vector<float>.Count);
        for (int i = 0; i < whole; i += Vector<float>.Count)
            (new Vector<float>(left[i..]) * new Vector<float>(right[i..])).CopyTo(product[i..]);
        for (int i = whole; i < left.Length; i++)
            product[i] = left[i] * right[i];
    }

    // A code is as long as its centroid is rare; that of a centroid without a value would be endless.
    private void SetCosts(int[] counts, double entropyPenalty)
    {
        double sum = 0, squares = 0;
        foreach (int i in _kept)
        {
            sum += _latent[i];
            squares += (double)_latent[i] * _latent[i];
        }

        double mean = sum / _kept.Length, price = entropyPenalty * Math.Max(0, (squares / _kept.Length) - (mean * mean));
        _costs = Array.ConvertAll(counts, count => entropyPenalty == 0 ? 0 : count == 0 ? double.PositiveInfinity : price * Math.Log2((double)_kept.Length / count));
        Array.Sort(Centroids, _costs);
    }

    /// <summary>The centroid of the least squared distance and cost.</summary>
    private int CodeOf(float value)
    {
        int code = 0;
        double least = double.PositiveInfinity;
        for (int i = 0; i < Centroids.Length; i++)
        {
            double distance = (double)value - Centroids[i];
            double cost = (distance * distance) + _costs[i];
            if (cost < least)
                (code, least) = (i, cost);
        }

        return code;
    }

    private void FindKept()
    {
        int count = _mask.Length - _mask.AsSpan().Count(0f);
        _kept = new int[count];
        for (int i = 0, next = 0; i < _mask.Length; i++)
        {
            if (_mask[i] != 0)
                _kept[next++] = i;
        }
    }
}
