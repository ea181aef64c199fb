using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>Where the rows of a plane are: one behind the other, or in turns, as tiles have them.</summary>
/// <param name="First">Row 0.</param>
/// <param name="Stride">Numbers from the first row of a turn to that of the next.</param>
/// <param name="TurnStride">Numbers from a row of a turn to the next.</param>
/// <param name="TurnBits">Rows of a turn, as a power of two.</param>
internal readonly unsafe record struct PlaneRows(nint First, nint Stride, nint TurnStride = 0, int TurnBits = 0)
{
    /// <summary>A row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* At(int row) => (float*)First + ((row >> TurnBits) * Stride) + ((row & ((1 << TurnBits) - 1)) * TurnStride);
}
