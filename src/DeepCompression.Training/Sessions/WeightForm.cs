namespace DeepCompression.Training;

/// <summary>What a weight of a session is free to become.</summary>
public enum WeightForm
{
    /// <summary>Every element moves by itself.</summary>
    Free,

    /// <summary>Pruned elements are and stay zero; the others move by themselves.</summary>
    Masked,

    /// <summary>Elements with the same code are and stay equal; only centroids move.</summary>
    Shared,
}
