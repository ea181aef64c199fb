namespace DeepCompression.WeightSharing;

/// <summary>The starts of k-means, as ascending centroids; some may be equal.</summary>
internal static class Initializers
{
    /// <summary>Evenly spaced from the smallest to the largest weight; one centroid is halfway.</summary>
    public static double[] Linear(SortedWeights weights, int clusters)
    {
        double low = weights[0], high = weights[weights.Count - 1];
        double[] centroids = new double[clusters];
        for (int i = 0; i < clusters; i++)
        {
            double share = clusters == 1 ? 0.5 : (double)i / (clusters - 1);
            centroids[i] = low * (1 - share) + high * share; // the difference of the ends could overflow
        }

        return centroids;
    }

    /// <summary>The middle of each of as many runs of as many weights.</summary>
    public static double[] Density(SortedWeights weights, int clusters)
    {
        double[] centroids = new double[clusters];
        for (int i = 0; i < clusters; i++)
            centroids[i] = weights[(int)((2L * i + 1) * weights.Count / (2L * clusters))];
        return centroids;
    }

    /// <summary>
    /// As dense as the cube root of the density of the weights, which is best for many centroids (Panter and Dite 1951). The density is
    /// taken from runs of as many weights.
    /// </summary>
    public static double[] CubeRoot(SortedWeights weights, int clusters)
    {
        int runs = Math.Min(weights.Count, 32 * clusters);
        double[] until = new double[runs + 1]; // the integral of the cube root, up to a factor
        for (int i = 0; i < runs; i++)
            until[i + 1] = until[i] + Math.Pow(ValueAt(i + 1) - ValueAt(i), 2 / 3d);

        double[] centroids = new double[clusters];
        for (int i = 0, run = 0; i < clusters; i++)
        {
            double target = until[runs] * (i + 0.5) / clusters;
            while (run + 1 < runs && until[run + 1] <= target)
                run++;
            double share = (target - until[run]) / (until[run + 1] - until[run]);
            centroids[i] = ValueAt(run) + (ValueAt(run + 1) - ValueAt(run)) * Math.Clamp(share, 0, 1);
        }

        return centroids;

        double ValueAt(int run) => weights[(int)Math.Min(weights.Count - 1, (long)weights.Count * run / runs)];
    }

    /// <summary>Weights drawn at random, each at most once.</summary>
    public static double[] Random(SortedWeights weights, int clusters, int seed)
    {
        Random random = new(seed);
        SortedSet<int> ranks = [];
        clusters = Math.Min(clusters, weights.Count);
        while (ranks.Count < clusters)
            ranks.Add(random.Next(weights.Count));
        return [.. ranks.Select(rank => weights[rank])];
    }

    /// <summary>Each next centroid is a weight drawn by its squared distance from the nearest centroid before it.</summary>
    public static double[] PlusPlus(SortedWeights weights, int clusters, int seed)
    {
        Random random = new(seed);
        List<double> centroids = [weights[random.Next(weights.Count)]];
        while (centroids.Count < clusters)
        {
            double[] before = [.. centroids];
            double next = weights[DrawBySquaredDistance(weights, before, random.NextDouble() * Lloyd.Distortion(weights, before))];
            int place = centroids.BinarySearch(next);
            if (place >= 0)
                break; // every weight is a centroid
            centroids.Insert(~place, next);
        }

        return [.. centroids];
    }

    /// <summary>The rank at which the squared distances, summed in order, pass <paramref name="target"/>.</summary>
    private static int DrawBySquaredDistance(SortedWeights weights, double[] centroids, double target)
    {
        int[] ends = new int[centroids.Length];
        Lloyd.FindEnds(weights, centroids, ends);
        int last = -1;
        for (int i = 0, start = 0; i < centroids.Length; start = ends[i++])
        {
            Moments before = weights.MomentsOf(start);
            double point = centroids[i] - weights.Shift;
            double own = (weights.MomentsOf(ends[i]) - before).SquaredErrorFrom(point);
            if (own <= 0)
                continue;
            last = weights[ends[i] - 1] != centroids[i] ? ends[i] - 1 : start;
            if (target >= own)
            {
                target -= own;
                continue;
            }

            int low = start, high = ends[i] - 1; // the sum up to and with rank high passes the target
            while (low < high)
            {
                int middle = low + (high - low) / 2;
                if ((weights.MomentsOf(middle + 1) - before).SquaredErrorFrom(point) > target)
                    high = middle;
                else
                    low = middle + 1;
            }

            return low;
        }

        return Math.Max(last, 0);
    }
}
