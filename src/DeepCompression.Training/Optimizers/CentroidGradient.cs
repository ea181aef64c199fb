namespace DeepCompression.Training;

/// <summary>Which gradient a centroid follows.</summary>
public enum CentroidGradient
{
    /// <summary>The mean of its weights' gradients: the sum, scaled by the size of the cluster. Learning rates then mean what they mean for free weights.</summary>
    Mean,

    /// <summary>The sum of its weights' gradients (Han et al. 2016, section 3.3, eq. 3). A cluster of thousands of weights needs a small learning rate.</summary>
    Sum,
}
