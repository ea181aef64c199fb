using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>Moves images into the lanes of a <see cref="ConvolutionPlan"/> and results out of them.</summary>
internal static unsafe class ConvolutionPacking
{
    /// <summary>Packs one channel of some images.</summary>
    /// <param name="plan">The size.</param>
    /// <param name="images">The first image, channels x height x width.</param>
    /// <param name="count">Images; lanes of those beyond hold any numbers.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="planes">Room for the padded copies, their borders zero.</param>
    /// <param name="packed">All channels' vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ConvolutionPlan plan, float* images, int count, int channel, float* planes, float* packed)
    {
        nint area = (nint)plan.Height * plan.Width, imageLength = area * plan.Geometry.InputChannels;
        images += channel * area;
        if (plan.Cut.IsFlat)
        {
            PackFlat(plan, images, count, channel, packed);
            return;
        }

        nint rowLength = plan.Width, planeLength = imageLength;
        float* from = images;
        if (plan.PlaneLength > 0)
        {
            rowLength = plan.PlaneColumns;
            planeLength = rowLength * plan.PlaneRows;
            from = planes;
            for (int image = 0; image < count; image++)
                CopyPlane(plan, images + (image * imageLength), planes + (image * planeLength), rowLength);
        }

        float** lanes = stackalloc float*[plan.Lanes];
        for (int lane = 0; lane < plan.Lanes; lane++)
        {
            (int image, int gridRow, int gridColumn) = plan.Places[lane];
            lanes[lane] = from + (Math.Min(image, count - 1) * planeLength) + ((nint)gridRow * plan.BlockRows * plan.Geometry.StrideHeight * rowLength) + ((nint)gridColumn * plan.BlockColumns * plan.Phases);
        }

        float* to = packed + ((nint)channel * plan.ChannelVectors * plan.Lanes);
        for (int row = 0; row < plan.InputRows; row++, to += plan.Phases * plan.PhaseColumns * plan.Lanes)
            LaneTurn.Into(lanes, plan.Lanes, row * rowLength, plan.InputColumns, plan.Phases, plan.PhaseColumns, to);
    }

    /// <summary>Writes the results of a pass on some output channels.</summary>
    /// <param name="plan">The size.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="sums">The pass's vectors, channel after channel.</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="images">The first channel of the first image of the output.</param>
    /// <param name="count">Images.</param>
    /// <param name="activation">Applied to every output, unless lanes are consecutive positions: their kernels did it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ConvolutionPlan plan, ConvolutionPass pass, float* sums, int channels, float* images, int count, in Activation activation)
    {
        nint area = (nint)plan.OutputHeight * plan.OutputWidth, imageLength = area * plan.Geometry.OutputChannels, length = pass.Shape.Vectors * plan.Lanes;
        if (plan.Cut.IsFlat)
        {
            for (int channel = 0; channel < channels; channel++)
                CopyFlat(area, pass.Column * plan.Lanes, length, count, sums + (channel * length), images + (channel * area), imageLength, isPacking: false);
            return;
        }

        float** lanes = stackalloc float*[plan.Lanes];
        int* valid = stackalloc int[plan.Lanes];
        for (int run = 0; run < pass.Shape.Runs; run++)
        {
            for (int lane = 0; lane < plan.Lanes; lane++)
            {
                (int image, int gridRow, int gridColumn) = plan.Places[lane];
                int row = (gridRow * plan.BlockRows) + pass.Row + run, column = (gridColumn * plan.BlockColumns) + pass.Column;
                lanes[lane] = images + (image * imageLength) + ((nint)row * plan.OutputWidth) + column;
                valid[lane] = image < count && row < plan.OutputHeight ? Math.Clamp(plan.OutputWidth - column, 0, pass.Shape.Vectors) : 0;
            }

            for (int channel = 0; channel < channels; channel++)
                LaneTurn.OutOf(sums + (((channel * pass.Shape.Runs) + run) * length), plan.Lanes, pass.Shape.Vectors, lanes, valid, channel * area, activation);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPlane(ConvolutionPlan plan, float* image, float* plane, nint rowLength)
    {
        ConvolutionGeometry geometry = plan.Geometry;
        int rows = Math.Min(plan.Height, plan.PlaneRows - geometry.PadTop), columns = Math.Min(plan.Width, (int)rowLength - geometry.PadLeft);
        plane += (geometry.PadTop * rowLength) + geometry.PadLeft;
        for (int row = 0; row < rows && columns > 0; row++, image += plan.Width, plane += rowLength)
            new ReadOnlySpan<float>(image, columns).CopyTo(new Span<float>(plane, columns));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackFlat(ConvolutionPlan plan, float* images, int count, int channel, float* packed)
    {
        nint area = (nint)plan.Height * plan.Width;
        foreach (ConvolutionPass pass in plan.Passes)
        {
            int length = pass.Shape.Vectors * plan.Lanes;
            CopyFlat(area, pass.Column * plan.Lanes, length, count, packed + (plan.GetStart(pass, channel) / sizeof(float)), images, area * plan.Geometry.InputChannels, isPacking: true);
        }
    }

    /// <summary>Copies a run of positions of consecutive images between one channel of them and the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyFlat(nint area, nint first, nint length, int count, float* lanes, float* channel, nint imageLength, bool isPacking)
    {
        nint done = 0;
        while (done < length && (first + done) / area < count)
        {
            (nint image, nint position) = Math.DivRem(first + done, area);
            nint run = Math.Min(length - done, area - position);
            float* place = channel + (image * imageLength) + position;
            if (isPacking)
                Denormals.Copy(place, lanes + done, run);
            else
                new ReadOnlySpan<float>(lanes + done, (int)run).CopyTo(new Span<float>(place, (int)run));
            done += run;
        }

        if (isPacking && done < length)
            new Span<float>(lanes + done, (int)(length - done)).Clear();
    }
}
