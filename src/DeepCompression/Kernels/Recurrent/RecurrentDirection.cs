namespace DeepCompression.Kernels;

/// <summary>The order in which a recurrent layer reads its sequence.</summary>
public enum RecurrentDirection
{
    /// <summary>First step first.</summary>
    Forward,

    /// <summary>Last step first.</summary>
    Reverse,

    /// <summary>Both: direction 0 is forward, direction 1 reverse.</summary>
    Bidirectional,
}
