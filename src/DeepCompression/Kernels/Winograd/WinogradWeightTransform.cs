using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>Weights transformed: G g Gᵀ, of <see cref="WinogradWeights.Rows"/> output channels in the lanes.</summary>
internal static unsafe class WinogradWeightTransform<TPoints, TLane, TVector>
    where TPoints : struct, IWinogradPoints<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>Transforms the kernels of one input channel.</summary>
    /// <param name="taps">The kernels: <see cref="WinogradWeights.Rows"/> numbers a tap.</param>
    /// <param name="room">Room for 40 vectors.</param>
    /// <param name="results">Where the results go.</param>
    /// <param name="pointBytes">Bytes from a point's results to the next's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* taps, byte* room, byte* results, nint pointBytes)
    {
        const int Rows = WinogradWeights.Rows;
        int size = TPoints.Count - WinogradTiling.Outputs + 1; // of a kernel
        TVector* half = (TVector*)room;
        nint stride = Rows * sizeof(float) / sizeof(TVector); // vectors a tap
        for (int part = 0; part < stride; part++, results += sizeof(TVector))
        {
            TVector* g = (TVector*)taps + part;
            for (int column = 0; column < size; column++)
                TPoints.Weights(g + (column * stride), size * stride, (byte*)(half + column), size * sizeof(TVector));
            for (int i = 0; i < TPoints.Count; i++)
                TPoints.Weights(half + (i * size), 1, results + (i * TPoints.Count * pointBytes), pointBytes);
        }
    }
}
