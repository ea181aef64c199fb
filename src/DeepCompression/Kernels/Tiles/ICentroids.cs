namespace DeepCompression.Kernels;

/// <summary>Where a tile kernel finds the weights that entries stand for.</summary>
internal unsafe interface ICentroids<TSelf, TVector>
    where TSelf : struct, ICentroids<TSelf, TVector>
    where TVector : unmanaged
{
    /// <summary>The centroids of a row.</summary>
    static abstract TSelf Load(float* codebook);

    /// <summary>The weight of the entry in the lower 32 bits, in all lanes.</summary>
    TVector GetWeight(ulong entry);
}
