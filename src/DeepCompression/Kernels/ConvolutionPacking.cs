using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>Moves images into the lanes of a <see cref="ConvolutionPlan"/> and results out of them.</summary>
internal static unsafe class ConvolutionPacking
{
    private const int Quad = 4;   // lanes and columns that are turned at once
    private const int Slack = 16; // numbers behind a padded plane that turning may read

    /// <summary>Numbers of the padded copy of one channel.</summary>
    public static long GetPlaneLength(ConvolutionPlan plan) => plan.IsFlat ? 0 : ((long)GetPlaneRows(plan) * GetPlaneColumns(plan)) + Slack;

    /// <summary>Packs one channel.</summary>
    /// <param name="plan">The size.</param>
    /// <param name="geometry">Pads and strides.</param>
    /// <param name="image">The channel, height x width.</param>
    /// <param name="plane">Room for the padded copy, its borders zero.</param>
    /// <param name="packed">The channel's vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ConvolutionPlan plan, ConvolutionGeometry geometry, float* image, float* plane, float* packed)
    {
        if (plan.IsFlat)
        {
            long count = (long)plan.Height * plan.Width;
            Denormals.Copy(image, packed, count);
            new Span<float>(packed + count, (int)(((long)plan.BlockColumns * plan.Lanes) - count)).Clear();
            return;
        }

        int planeRows = GetPlaneRows(plan), planeColumns = GetPlaneColumns(plan);
        int rows = Math.Min(plan.Height, planeRows - geometry.PadTop), columns = Math.Min(plan.Width, planeColumns - geometry.PadLeft);
        for (int row = 0; row < rows && columns > 0; row++)
            Denormals.Copy(image + ((long)row * plan.Width), plane + ((long)(row + geometry.PadTop) * planeColumns) + geometry.PadLeft, columns);

        int blockStep = plan.BlockColumns * plan.Phases;
        for (int gridRow = 0; gridRow < plan.GridRows; gridRow++)
        {
            for (int row = 0; row < plan.InputRows; row++)
            {
                float* from = plane + ((((long)gridRow * plan.BlockRows * plan.StepRows) + row) * planeColumns);
                float* to = packed + ((long)row * plan.RowVectors * plan.Lanes) + (gridRow * plan.GridColumns);
                if (plan.Phases == 1 && plan.GridColumns % Quad == 0)
                    Turn(from, blockStep, plan.GridColumns, plan.RowVectors, to, plan.Lanes);
                else
                    TurnStrided(plan, from, blockStep, to);
            }
        }
    }

    /// <summary>Writes the results of a pass on one output channel.</summary>
    /// <param name="plan">The size.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="sums">The pass's vectors.</param>
    /// <param name="image">The output channel, output height x output width.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ConvolutionPlan plan, ConvolutionPass pass, float* sums, float* image)
    {
        if (plan.IsFlat)
        {
            long start = (long)pass.Column * plan.Lanes, count = Math.Min((long)pass.Shape.Vectors * plan.Lanes, ((long)plan.Height * plan.Width) - start);
            new ReadOnlySpan<float>(sums, (int)count).CopyTo(new Span<float>(image + start, (int)count));
            return;
        }

        for (int run = 0; run < pass.Shape.Runs; run++, sums += pass.Shape.Vectors * plan.Lanes)
        {
            for (int gridRow = 0; gridRow < plan.GridRows; gridRow++)
            {
                int row = (gridRow * plan.BlockRows) + pass.Row + run;
                if (row >= plan.OutputHeight || pass.Row + run >= plan.BlockRows)
                    break;
                float* line = image + ((long)row * plan.OutputWidth);
                for (int gridColumn = 0; gridColumn < plan.GridColumns;)
                {
                    int column = (gridColumn * plan.BlockColumns) + pass.Column, lane = (gridRow * plan.GridColumns) + gridColumn;
                    bool quad = plan.GridColumns - gridColumn >= Quad && pass.Shape.Vectors >= Quad
                        && column + ((Quad - 1) * plan.BlockColumns) + pass.Shape.Vectors <= plan.OutputWidth;
                    if (quad)
                        TurnBack(sums + lane, plan.Lanes, pass.Shape.Vectors, line + column, plan.BlockColumns);
                    for (int vector = 0; !quad && vector < Math.Min(pass.Shape.Vectors, plan.OutputWidth - column); vector++)
                        line[column + vector] = sums[(vector * plan.Lanes) + lane];
                    gridColumn += quad ? Quad : 1;
                }
            }
        }
    }

    private static int GetPlaneRows(ConvolutionPlan plan) => ((plan.GridRows - 1) * plan.BlockRows * plan.StepRows) + plan.InputRows;

    private static int GetPlaneColumns(ConvolutionPlan plan) => ((plan.GridColumns - 1) * plan.BlockColumns * plan.Phases) + (plan.PhaseColumns * plan.Phases);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnStrided(ConvolutionPlan plan, float* from, int blockStep, float* to)
    {
        for (int phase = 0; phase < plan.Phases; phase++)
        {
            for (int column = 0; column < plan.PhaseColumns; column++, to += plan.Lanes)
            {
                for (int block = 0; block < plan.GridColumns; block++)
                    to[block] = from[(block * blockStep) + (column * plan.Phases) + phase];
            }
        }
    }

    /// <summary>Columns of blocks that lie <paramref name="blockStep"/> apart become lanes, four blocks at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(float* from, nint blockStep, int blocks, int columns, float* to, nint lanes)
    {
        for (int block = 0; block < blocks; block += Quad, from += Quad * blockStep, to += Quad)
        {
            int column = 0;
            for (; column + Quad <= columns; column += Quad)
            {
                Turn4(
                    Vector128.Load(from + column), Vector128.Load(from + blockStep + column), Vector128.Load(from + (2 * blockStep) + column), Vector128.Load(from + (3 * blockStep) + column),
                    to + (column * lanes), lanes);
            }

            for (; column < columns; column++)
            {
                Vector128.Create(from[column], from[blockStep + column], from[(2 * blockStep) + column], from[(3 * blockStep) + column])
                    .Store(to + (column * lanes));
            }
        }
    }

    /// <summary>The way back of four lanes; the last four columns may overlap those before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnBack(float* from, nint lanes, int columns, float* to, nint blockStep)
    {
        for (int column = 0; ; column = Math.Min(column + Quad, columns - Quad))
        {
            float* first = from + (column * lanes);
            Turn4(
                Vector128.Load(first), Vector128.Load(first + lanes), Vector128.Load(first + (2 * lanes)), Vector128.Load(first + (3 * lanes)),
                to + column, blockStep);
            if (column + Quad >= columns)
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn4(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, float* to, nint stride)
    {
        Vector128<double> ab0 = Low(a, b).AsDouble(), ab1 = High(a, b).AsDouble(), cd0 = Low(c, d).AsDouble(), cd1 = High(c, d).AsDouble();
        Low(ab0, cd0).AsSingle().Store(to);
        High(ab0, cd0).AsSingle().Store(to + stride);
        Low(ab1, cd1).AsSingle().Store(to + (2 * stride));
        High(ab1, cd1).AsSingle().Store(to + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Low(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> High(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[1], b[1]);
}
