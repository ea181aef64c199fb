using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>Runs a <see cref="SlidingLayout"/> over its tiles: y = activation(W x + bias) for one to a few vectors x.</summary>
internal static unsafe class SlidingProduct
{
    /// <summary>Vectors that one pass over the weights serves at most.</summary>
    public const int MaxVectors = 4;

    /// <summary>Computes a run of tiles.</summary>
    /// <param name="layout">The weights.</param>
    /// <param name="width">The vector width.</param>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="endTile">The tile behind the last.</param>
    /// <param name="x">The vectors, each followed by <see cref="SlidingLayout.InputPadding"/> numbers that are finite.</param>
    /// <param name="xStride">Numbers between two vectors.</param>
    /// <param name="y">The results: vector v writes row r to y[v yStride + r].</param>
    /// <param name="yStride">Numbers between two results.</param>
    /// <param name="vectors">The number of vectors.</param>
    /// <param name="bias">One number a row.</param>
    /// <param name="activation">Applied to every result.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(SlidingLayout layout, VectorWidth width, int firstTile, int endTile, float* x, nint xStride, float* y, nint yStride, int vectors, float* bias, in Activation activation)
    {
        if (width == VectorWidth.Vector512 && vectors == 1 && layout.IsInOrder && layout.SlotsAWord == 3 && activation.Kind == ActivationKind.None)
        {
            SlidingKernel512.MultiplyInOrder(layout, firstTile, endTile, x, y, bias);
            return;
        }

        float* sums = stackalloc float[(MaxVectors + 1) * SlidingLayout.Lanes];
        sums = (float*)(((nint)sums + NativeBuffer.Alignment - 1) & -NativeBuffer.Alignment);
        for (int tile = firstTile; tile < endTile; tile++)
        {
            for (int vector = 0; vector < vectors;)
            {
                int taken = Multiply(layout, width, tile, x + (vector * xStride), xStride, vectors - vector, sums);
                for (int v = 0; v < taken; v++)
                {
                    float* result = y + ((vector + v) * yStride);
                    Scatter(sums + (v * SlidingLayout.Lanes), layout.OrderPointer + (tile * SlidingLayout.Lanes), layout.IsInOrder, bias, activation, result);
                }

                vector += taken;
            }
        }
    }

    /// <summary>Writes the sums of a tile to its rows, with bias and activation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(float* sums, int* order, bool isInOrder, float* bias, in Activation activation, float* y)
    {
        if (Avx512F.IsSupported && order[SlidingLayout.Lanes - 1] >= 0) // lanes without a row come last
        {
            Vector512<float> biases = isInOrder
                ? Vector512.Load(bias + order[0])
                : Vector512.Create(Avx2.GatherVector256(bias, Vector256.Load(order), sizeof(float)), Avx2.GatherVector256(bias, Vector256.Load(order + 8), sizeof(float)));
            Lane512.Activate(Vector512.Load(sums) + biases, activation).Store(isInOrder ? y + order[0] : sums);
            for (int lane = 0; lane < SlidingLayout.Lanes && !isInOrder; lane++)
                y[order[lane]] = sums[lane];
            return;
        }

        for (int lane = 0; lane < SlidingLayout.Lanes && order[lane] >= 0; lane++)
            y[order[lane]] = activation.Apply(sums[lane] + bias[order[lane]]);
    }

    /// <summary>Multiplies one tile by as many vectors as a kernel takes, and says how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Multiply(SlidingLayout layout, VectorWidth width, int tile, float* x, nint xStride, int vectors, float* sums)
    {
        int first = layout.TileWords[tile], count = layout.TileWords[tile + 1] - first, slots = layout.SlotsAWord;
        uint* words = layout.Words + ((long)first * SlidingLayout.Lanes);
        byte* steps = layout.Steps + ((long)first * slots / SlidingLayout.SlotsAStep);
        float* codebook = layout.Codebook + (layout.TileGroups[tile] * layout.GroupSize);
        switch (width)
        {
            case VectorWidth.Vector512 when slots == 3 && vectors >= 4:
                SlidingKernel512Batch.Multiply4(words, steps, count, codebook, x, xStride * sizeof(float), (Vector512<float>*)sums);
                return 4;
            case VectorWidth.Vector512 when slots == 3 && vectors >= 2:
                SlidingKernel512Batch.Multiply2(words, steps, count, codebook, x, xStride * sizeof(float), (Vector512<float>*)sums);
                return 2;
            case VectorWidth.Vector512 when slots == 3:
                SlidingKernel512.Multiply(words, steps, count, codebook, x).Store(sums);
                return 1;
            case VectorWidth.Vector512:
                SlidingKernel512Large.Multiply(words, steps, count, codebook, layout.GroupSize, x).Store(sums);
                return 1;
            case VectorWidth.Vector256:
                SlidingKernelGather.Multiply256(words, steps, count, slots, codebook, x, sums);
                return 1;
            default:
                SlidingKernelGather.MultiplyScalar(words, steps, count, slots, codebook, x, sums);
                return 1;
        }
    }
}
