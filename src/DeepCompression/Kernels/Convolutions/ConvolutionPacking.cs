using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>Moves images into the lanes of a <see cref="ConvolutionPlan"/> and results out of them.</summary>
internal static unsafe class ConvolutionPacking
{
    /// <summary>Packs channels of some images.</summary>
    /// <param name="plan">The size.</param>
    /// <param name="images">The first image, channels x height x width.</param>
    /// <param name="count">Images; lanes of those beyond hold any numbers.</param>
    /// <param name="first">The first channel.</param>
    /// <param name="end">The channel behind the last.</param>
    /// <param name="planes">Room for the padded copies, their borders zero.</param>
    /// <param name="packed">All channels' vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ConvolutionPlan plan, float* images, int count, int first, int end, float* planes, float* packed)
    {
        bool hasPlanes = plan.PlaneLength > 0;
        nint area = (nint)plan.Height * plan.Width, imageLength = area * plan.Geometry.InputChannels;
        nint rowLength = hasPlanes ? plan.PlaneColumns : plan.Width, planeLength = hasPlanes ? rowLength * plan.PlaneRows : imageLength;
        float* from = images + (first * area);
        float** lanes = stackalloc float*[plan.Lanes];
        for (int lane = 0; lane < plan.Lanes; lane++)
        {
            (int image, int gridRow, int gridColumn) = plan.Places[lane];
            nint place = ((nint)gridRow * plan.BlockRows * plan.Geometry.StrideHeight * rowLength) + ((nint)gridColumn * plan.BlockColumns * plan.Phases);
            lanes[lane] = (hasPlanes ? planes : from) + (Math.Min(image, count - 1) * planeLength) + place;
        }

        int lanesAVector = plan.Lanes, rows = plan.InputRows, columns = plan.InputColumns, phases = plan.Phases, phaseColumns = plan.PhaseColumns;
        bool areNeighbours = plan is { IsStrips: false, BlockColumns: 1, Phases: 1 } && plan.Cut.GridColumns % LaneTurn.Quad == 0 && Vector128.IsHardwareAccelerated;
        int strip = plan.BlockColumns;
        bool areStrips = plan.IsStrips && plan.Cut.Images == 1 && LaneTurn.AreStrips(lanesAVector, strip, columns);
        nint rowNumbers = (nint)phases * phaseColumns * lanesAVector, channelNumbers = (nint)plan.ChannelVectors * lanesAVector;
        packed += first * channelNumbers;
        for (int channel = first; channel < end; channel++, from += area, packed += channelNumbers)
        {
            for (int image = 0; hasPlanes && image < count; image++)
                CopyPlane(plan, from + (image * imageLength), planes + (image * planeLength), rowLength);
            if (areStrips)
            {
                LaneTurn.IntoStrips(planes, strip, columns, packed);
                continue;
            }

            nint offset = hasPlanes ? 0 : (channel - first) * area;
            float* to = packed;
            for (int row = 0; row < rows && areNeighbours; row++, to += rowNumbers, offset += rowLength)
                LaneTurn.IntoNeighbours(lanes, lanesAVector, offset, columns, to);
            for (int row = 0; row < rows && !areNeighbours; row++, to += rowNumbers, offset += rowLength)
                LaneTurn.Into(lanes, lanesAVector, offset, columns, phases, phaseColumns, to);
        }
    }

    /// <summary>Writes the results of a pass on some output channels.</summary>
    /// <param name="plan">The size.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="sums">The pass's vectors, channel after channel.</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="images">The first channel of the first image of the output.</param>
    /// <param name="count">Images.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ConvolutionPlan plan, ConvolutionPass pass, float* sums, int channels, float* images, int count)
    {
        nint area = (nint)plan.OutputHeight * plan.OutputWidth, imageLength = area * plan.Geometry.OutputChannels, length = pass.Shape.Vectors * plan.Lanes;
        if (plan.IsFlat)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                float* from = sums + (channel * length), to = images + (channel * area);
                if (plan.HasBorder)
                    CopyRows(plan, plan.GetFirstPosition(pass), length, count, from, to, imageLength);
                else
                    CopyFlat(area, plan.GetFirstPosition(pass), length, count, from, to, imageLength, isPacking: false);
            }

            return;
        }

        if (plan.IsStrips)
        {
            ConvolutionStrips.Unpack(plan, pass, sums, channels, images, count);
            return;
        }

        // Lanes that have no place for a whole run of numbers write to the ground, from where what they do have is copied.
        float* ground = stackalloc float[plan.Lanes * TileShape.MaxVectors];
        float** lanes = stackalloc float*[plan.Lanes];
        nint* steps = stackalloc nint[plan.Lanes];
        LanePart* parts = stackalloc LanePart[plan.Lanes];
        for (int run = 0; run < pass.Shape.Runs; run++)
        {
            int partCount = 0;
            for (int lane = 0; lane < plan.Lanes; lane++)
            {
                int valid = CountValid(plan, pass, run, lane, count);
                bool whole = valid == pass.Shape.Vectors;
                float* place = images + (valid > 0 ? GetPlace(plan, pass, run, lane) : 0);
                lanes[lane] = whole ? place : ground + (lane * TileShape.MaxVectors);
                steps[lane] = whole ? area : 0;
                if (!whole && valid > 0)
                    parts[partCount++] = new LanePart { From = lanes[lane], To = place, Length = valid };
            }

            float* from = sums + (run * length);
            for (int channel = 0; channel < channels; channel++, from += pass.Shape.Runs * length)
            {
                LaneTurn.OutOf(from, plan.Lanes, pass.Shape.Vectors, lanes);
                for (LanePart* part = parts; part < parts + partCount; part++)
                {
                    ShortRow.Copy(part->From, part->To, part->Length);
                    part->To += area;
                }

                for (int lane = 0; lane < plan.Lanes; lane++)
                    lanes[lane] += steps[lane];
            }
        }
    }

    /// <summary>Writes the outputs of padding alone, which are what the activation makes of the bias.</summary>
    /// <param name="plan">The size.</param>
    /// <param name="bias">Of the first channel.</param>
    /// <param name="activation">Applied to it.</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="images">The first channel of the first image of the output.</param>
    /// <param name="count">Images.</param>
    public static void FillBorder(ConvolutionPlan plan, float* bias, in Activation activation, int channels, float* images, int count)
    {
        ConvolutionGeometry geometry = plan.Geometry;
        int area = plan.OutputHeight * plan.OutputWidth;
        for (int image = 0; image < count; image++, images += (nint)area * geometry.OutputChannels)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                float value = activation.Apply(bias[channel]);
                Span<float> plane = new(images + ((nint)channel * area), area);
                plane[..(geometry.PadTop * plan.OutputWidth)].Fill(value);
                plane[((geometry.PadTop + plan.Height) * plan.OutputWidth)..].Fill(value);
                for (int row = 0; row < plan.Height; row++)
                {
                    Span<float> outputs = plane.Slice((geometry.PadTop + row) * plan.OutputWidth, plan.OutputWidth);
                    outputs[..geometry.PadLeft].Fill(value);
                    outputs[(geometry.PadLeft + plan.Width)..].Fill(value);
                }
            }
        }
    }

    /// <summary>Where the first output of a lane in a run of a pass is, in numbers from the first image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint GetPlace(ConvolutionPlan plan, ConvolutionPass pass, int run, int lane)
    {
        (int image, int gridRow, int gridColumn) = plan.Places[lane];
        nint row = ((nint)image * plan.Geometry.OutputChannels * plan.OutputHeight) + (gridRow * plan.BlockRows) + pass.Row + run;
        return (row * plan.OutputWidth) + (gridColumn * plan.BlockColumns) + pass.Column;
    }

    /// <summary>How many outputs a lane has in a run of a pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountValid(ConvolutionPlan plan, ConvolutionPass pass, int run, int lane, int images)
    {
        (int image, int gridRow, int gridColumn) = plan.Places[lane];
        bool inside = image < images && (gridRow * plan.BlockRows) + pass.Row + run < plan.OutputHeight;
        return inside ? Math.Clamp(plan.OutputWidth - (gridColumn * plan.BlockColumns) - pass.Column, 0, pass.Shape.Vectors) : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPlane(ConvolutionPlan plan, float* image, float* plane, nint rowLength)
    {
        ConvolutionGeometry geometry = plan.Geometry;
        int rows = Math.Min(plan.Height, plan.PlaneRows - geometry.PadTop), columns = Math.Min(plan.Width, (int)rowLength - geometry.PadLeft);
        plane += (geometry.PadTop * rowLength) + geometry.PadLeft;
        if (columns > 0)
            ShortRow.CopyRows(image, plan.Width, plane, rowLength, rows, columns);
    }

    /// <summary>Packs the inputs of a pass where lanes are positions.</summary>
    /// <param name="plan">The size.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="images">The first image, channels x height x width.</param>
    /// <param name="count">Images; positions of those beyond are zero.</param>
    /// <param name="packed">The pass's vectors, channel after channel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackPositions(ConvolutionPlan plan, ConvolutionPass pass, float* images, int count, float* packed)
    {
        nint area = (nint)plan.Height * plan.Width, imageLength = area * plan.Geometry.InputChannels;
        int length = pass.Shape.Vectors * plan.Lanes, position = plan.GetFirstPosition(pass);
        if (plan.IsDirect(pass))
        {
            Denormals.CopyRuns(images + position, area, plan.Geometry.InputChannels, length, packed);
            return;
        }

        for (int channel = 0; channel < plan.Geometry.InputChannels; channel++, images += area, packed += length)
            CopyFlat(area, position, length, count, packed, images, imageLength, isPacking: true);
    }

    /// <summary>Copies a run of positions of consecutive images from the lanes to where their outputs are inside the border.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows(ConvolutionPlan plan, nint first, nint length, int count, float* lanes, float* channel, nint imageLength)
    {
        (nint image, nint position) = Math.DivRem(first, (nint)plan.Height * plan.Width);
        (nint row, nint column) = Math.DivRem(position, plan.Width);
        while (length > 0 && image < count)
        {
            int run = (int)Math.Min(length, plan.Width - column);
            ShortRow.Copy(lanes, channel + (image * imageLength) + ((plan.Geometry.PadTop + row) * plan.OutputWidth) + plan.Geometry.PadLeft + column, run);
            length -= run;
            lanes += run;
            column = 0;
            if (++row == plan.Height)
                (image, row) = (image + 1, 0);
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

    /// <summary>What a lane has of a run of outputs.</summary>
    private struct LanePart
    {
        public float* From;
        public float* To;
        public int Length;
    }
}
