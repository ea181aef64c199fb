namespace DeepCompression.Kernels;

/// <summary>
/// The transforms of minimal filtering in one dimension (Winograd 1980; Lavin and Gray 2016): n inputs d and the r taps g of a kernel give
/// m = n - r + 1 = 4 outputs as Aᵀ[(G g) ∘ (Bᵀ d)], with n multiplications instead of 4 r. The matrices follow from n points at which polynomials are
/// evaluated (Toom and Cook). Pairs of points ±p share their sums of even and of odd powers.
/// </summary>
internal unsafe interface IWinogradPoints<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>n, 5 to 8.</summary>
    static abstract int Count { get; }

    /// <summary>Bᵀ d. Inputs beyond the count are not read, results beyond it not set.</summary>
    static abstract void Input(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, TVector d6, TVector d7,
        out TVector t0, out TVector t1, out TVector t2, out TVector t3, out TVector t4, out TVector t5, out TVector t6, out TVector t7);

    /// <summary>Aᵀ p.</summary>
    /// <param name="p">The first product.</param>
    /// <param name="stride">Bytes from a product to the next.</param>
    /// <param name="y0">The first output.</param>
    /// <param name="y1">The second.</param>
    /// <param name="y2">The third.</param>
    /// <param name="y3">The fourth.</param>
    static abstract void Output(byte* p, nint stride, out TVector y0, out TVector y1, out TVector y2, out TVector y3);

    /// <summary>G g.</summary>
    /// <param name="g">The first tap.</param>
    /// <param name="stride">Vectors from a tap to the next.</param>
    /// <param name="u">Where the first result goes.</param>
    /// <param name="uStride">Bytes from a result to the next.</param>
    static abstract void Weights(TVector* g, nint stride, byte* u, nint uStride);
}
