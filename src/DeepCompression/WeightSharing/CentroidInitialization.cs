namespace DeepCompression.WeightSharing;

/// <summary>Where k-means starts (Han et al. 2016, section 3.2), or that the optimum is computed.</summary>
public enum CentroidInitialization
{
    /// <summary>
    /// The exact optimum of the sum of squared errors, by dynamic programming: no start, no random numbers, no local minimum.
    /// Not in the paper.
    /// </summary>
    Optimal,

    /// <summary>Centroids evenly spaced from the smallest to the largest weight. The paper's choice: it keeps the few large weights apart.</summary>
    Linear,

    /// <summary>Centroids at evenly spaced values of the cumulative distribution: as many weights a centroid, where weights are dense.</summary>
    Density,

    /// <summary>Randomly chosen weights ("Forgy").</summary>
    Random,

    /// <summary>Weights chosen at random by their squared distance from the centroids chosen before (Arthur and Vassilvitskii 2007). Not in the paper.</summary>
    KMeansPlusPlus,

    /// <summary>
    /// Centroids as dense as the cube root of the density of the weights, which is best for many centroids (Panter and Dite 1951). The quickest
    /// by far, and close to the optimum where there are many weights a centroid. Not in the paper.
    /// </summary>
    CubeRoot,
}
