namespace DeepCompression.Kernels;

/// <summary>A plane to pool, and what is made of its results.</summary>
internal unsafe struct PlanePoolWork
{
    /// <summary>The plane's rows; behind each, as many numbers as two vectors and a window have may be read.</summary>
    public PlaneRows Rows;

    /// <summary>Its rows.</summary>
    public int Height;

    /// <summary>Its columns.</summary>
    public int Width;

    /// <summary>The first row of results.</summary>
    public int First;

    /// <summary>The row behind the last.</summary>
    public int End;

    /// <summary>Where the results go, the first row at once, row after row.</summary>
    public float* To;

    /// <summary>Room for a row with pads, a window and <see cref="PlanePools.Padding"/> vectors.</summary>
    public float* Room;

    /// <summary>Added to every result.</summary>
    public float Bias;

    /// <summary>Applied to every result then.</summary>
    public Activation Activation;
}
