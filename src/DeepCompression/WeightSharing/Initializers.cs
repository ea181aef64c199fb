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
        List<double> centroids = [weights[random.Next(weights.Count)]], costs = [0];
        List<int> ends = [weights.Count];
        costs[0] = Cost(0);
        while (centroids.Count < clusters)
        {
            double next = weights[Draw(random.NextDouble() * costs.Sum())];
            int place = centroids.BinarySearch(next);
            if (place >= 0)
                break; // every weight is a centroid

            // Only the runs of the new centroid and of its neighbours change.
            place = ~place;
            centroids.Insert(place, next);
            ends.Insert(place, weights.Count);
            costs.Insert(place, 0);
            for (int i = Math.Max(0, place - 1); i <= place && i + 1 < centroids.Count; i++)
                ends[i] = weights.CountBelow(Lloyd.Midpoint(centroids[i], centroids[i + 1]));
            for (int i = Math.Max(0, place - 1); i <= place + 1 && i < centroids.Count; i++)
                costs[i] = Cost(i);
        }

        return [.. centroids];

        int StartOf(int i) => i == 0 ? 0 : ends[i - 1];

        double Cost(int i) =>
            (weights.MomentsOf(ends[i]) - weights.MomentsOf(StartOf(i))).SquaredErrorFrom(centroids[i] - weights.Shift);

        // The rank at which the squared distances, summed in order, pass the target.
        int Draw(double target)
        {
            int last = 0;
            for (int i = 0; i < centroids.Count; i++)
            {
                double own = costs[i];
                if (own <= 0)
                    continue;
                last = weights[ends[i] - 1] != centroids[i] ? ends[i] - 1 : StartOf(i);
                if (target >= own)
                {
                    target -= own;
                    continue;
                }

                Moments before = weights.MomentsOf(StartOf(i));
                int low = StartOf(i), high = ends[i] - 1; // the sum up to and with rank high passes the target
                while (low < high)
                {
                    int middle = low + (high - low) / 2;
                    if ((weights.MomentsOf(middle + 1) - before).SquaredErrorFrom(centroids[i] - weights.Shift) > target)
                        high = middle;
                    else
                        low = middle + 1;
                }

                return low;
            }

            return last;
        }
    }
}
