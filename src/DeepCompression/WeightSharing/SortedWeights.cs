using System.Numerics;

namespace DeepCompression.WeightSharing;

/// <summary>
/// Weights in ascending order with what makes every step of one-dimensional clustering cheap: the moments of any run of them in
/// constant time, and the number of them below a point by binary search.
/// </summary>
internal abstract class SortedWeights
{
    /// <summary>The number of weights.</summary>
    public abstract int Count { get; }

    /// <summary>What is taken from every weight before it is summed, so that nothing cancels where all weights are far from 0.</summary>
    public double Shift { get; protected init; }

    /// <summary>The weight at a rank.</summary>
    public abstract double this[int rank] { get; }

    /// <summary>The number of weights less than a point.</summary>
    public abstract int CountBelow(double point);

    /// <summary>The moments of the first <paramref name="count"/> weights.</summary>
    public abstract Moments MomentsOf(int count);

    /// <summary>The smallest rank from <paramref name="rank"/> on whose weight differs from the one before it, or the count.</summary>
    public int EndOfRun(int rank) => rank == 0 || rank == Count || this[rank] != this[rank - 1] ? rank : CountBelow(Math.BitIncrement(this[rank]));

    /// <summary>The distinct weights in order if there are at most <paramref name="limit"/>, else null.</summary>
    public double[]? DistinctUpTo(int limit)
    {
        List<double> distinct = [];
        for (int rank = 0; rank < Count; rank = EndOfRun(rank + 1))
        {
            if (distinct.Count == limit)
                return null;
            distinct.Add(this[rank]);
        }

        return [.. distinct];
    }
}

/// <summary>Sorted weights of one precision.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SortedWeights<T> : SortedWeights
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Block = 64; // weights a stored sum: the rest is added up when asked for

    private readonly T[] _values;
    private readonly double[] _sums, _squares;

    /// <summary>Takes over finite, ascending values.</summary>
    public SortedWeights(T[] values)
    {
        _values = values;
        Shift = values.Length == 0 ? 0 : this[values.Length / 2];
        _sums = new double[values.Length / Block + 1];
        _squares = new double[_sums.Length];
        double shift = Shift;
        SpanChunks.For<T>(values, (chunk, start) =>
        {
            for (int i = 0; i + Block <= chunk.Length; i += Block)
                (_sums[(start + i) / Block + 1], _squares[(start + i) / Block + 1]) = SumBlock(chunk.Slice(i, Block), shift);
        });
        for (int i = 1; i < _sums.Length; i++)
        {
            _sums[i] += _sums[i - 1];
            _squares[i] += _squares[i - 1];
        }
    }

    public override int Count => _values.Length;

    public override double this[int rank] => double.CreateTruncating(_values[rank]);

    public override int CountBelow(double point)
    {
        int low = 0, high = _values.Length;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            if (double.CreateTruncating(_values[middle]) < point)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    public override Moments MomentsOf(int count)
    {
        int block = count / Block;
        (double sum, double squares) = SumBlock(_values.AsSpan(block * Block, count - block * Block), Shift);
        return new Moments(count, _sums[block] + sum, _squares[block] + squares);
    }

    private static (double Sum, double Squares) SumBlock(ReadOnlySpan<T> values, double shift)
    {
        // Four sums each, so that one addition need not wait for the other.
        int i = 0;
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0, q0 = 0, q1 = 0, q2 = 0, q3 = 0;
        for (; i + 4 <= values.Length; i += 4)
        {
            double a = double.CreateTruncating(values[i]) - shift, b = double.CreateTruncating(values[i + 1]) - shift;
            double c = double.CreateTruncating(values[i + 2]) - shift, d = double.CreateTruncating(values[i + 3]) - shift;
            (s0, s1, s2, s3) = (s0 + a, s1 + b, s2 + c, s3 + d);
            (q0, q1, q2, q3) = (q0 + a * a, q1 + b * b, q2 + c * c, q3 + d * d);
        }

        for (; i < values.Length; i++)
        {
            double a = double.CreateTruncating(values[i]) - shift;
            s0 += a;
            q0 += a * a;
        }

        return (s0 + s1 + (s2 + s3), q0 + q1 + (q2 + q3));
    }
}
