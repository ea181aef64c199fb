using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>Writes the results of a transposed convolution, whose channels are phases, interleaved.</summary>
internal static unsafe class PhaseUnpacking
{
    /// <summary>Writes the results of a pass on some channels of phases.</summary>
    /// <param name="plan">The size.</param>
    /// <param name="phases">The phases.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="sums">The pass's vectors, channel after channel.</param>
    /// <param name="turned">Room for what lanes have of the pass in a row of phases, on its way to the output.</param>
    /// <param name="bias">Of channel 0.</param>
    /// <param name="activation">Applied to the bias where padding alone makes outputs.</param>
    /// <param name="firstChannel">The first channel: phase 0 of an output channel.</param>
    /// <param name="channels">Channels: all phases of some output channels.</param>
    /// <param name="output">The whole output.</param>
    /// <param name="firstImage">The first image of the plan.</param>
    /// <param name="count">Images.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(
        ConvolutionPlan plan, OutputPhases phases, ConvolutionPass pass, float* sums, float* turned, float* bias, in Activation activation, int firstChannel, int channels, float* output, int firstImage, int count)
    {
        Place place = new(plan, phases, channels / phases.Count);
        float* images = output + (((nint)firstImage * place.Channels) + (firstChannel / phases.Count)) * place.Area;
        if (!plan.IsFlat)
        {
            if (plan.IsStrips)
                InterleaveStrips(plan, phases, pass, place, sums, turned, images, count);
            else if (plan.BlockColumns == 1)
                InterleaveLanes(plan, phases, pass, place, sums, images, count);
            else
                Turn(plan, phases, pass, place, sums, turned, images, count);
            return;
        }

        Interleave(plan, phases, pass, place, sums, images, count);
        if (pass.Column == 0 && (place.Height > plan.Height * phases.Rows || place.Width > plan.Width * phases.Columns))
            FillBorder(plan, phases, place, bias + firstChannel, activation, images, count);
    }

    /// <summary>Lanes are blocks of the image: the vectors of the phases of a row take turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(ConvolutionPlan plan, OutputPhases phases, ConvolutionPass pass, in Place place, float* sums, float* ground, float* images, int count)
    {
        float** lanes = stackalloc float*[plan.Lanes];
        nint* steps = stackalloc nint[plan.Lanes];
        Edge* edges = stackalloc Edge[plan.Lanes];
        nint length = pass.Shape.Vectors * plan.Lanes, phaseLength = pass.Shape.Runs * length;
        int whole = pass.Shape.Vectors * phases.Columns;
        for (int run = 0; run < pass.Shape.Runs; run++)
        {
            for (int phase = 0; phase < phases.Rows; phase++)
            {
                int edgeCount = 0;
                for (int lane = 0; lane < plan.Lanes; lane++)
                {
                    int valid = place.CountValid(plan, pass, run, phase, lane, count);
                    float* to = valid > 0 ? images + place.GetStart(plan, pass, run, phase, lane) : ground;
                    lanes[lane] = valid == whole ? to : ground + (lane * whole);
                    steps[lane] = valid == whole ? place.Area : 0;
                    if (valid > 0 && valid < whole)
                        edges[edgeCount++] = new Edge { From = lanes[lane], To = to, Count = valid };
                }

                float* from = sums + (run * length) + (phase * phases.Columns * phaseLength);
                for (int channel = 0; channel < place.Wanted; channel++, from += phases.Count * phaseLength)
                {
                    LaneTurn.OutOf(from, plan.Lanes, pass.Shape.Vectors, phases.Columns, pass.Shape.Sums, lanes);
                    for (int lane = 0; lane < plan.Lanes; lane++)
                        lanes[lane] += steps[lane];
                    for (Edge* edge = edges; edge < edges + edgeCount; edge++)
                        ShortRow.Copy(edge->From, edge->To + (channel * place.Area), edge->Count);
                }
            }
        }
    }

    /// <summary>Lanes are consecutive positions: runs of a row of every phase are interleaved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave(ConvolutionPlan plan, OutputPhases phases, ConvolutionPass pass, in Place place, float* sums, float* images, int count)
    {
        nint area = (nint)plan.Height * plan.Width, first = plan.GetFirstPosition(pass), done = 0;
        int length = pass.Shape.Vectors * plan.Lanes, runCount = 0;
        Run* runs = stackalloc Run[length]; // at most 7 vectors of 16 lanes
        while (done < length && (first + done) / area < count)
        {
            (nint image, nint position) = Math.DivRem(first + done, area);
            (nint row, nint column) = Math.DivRem(position, plan.Width);
            int run = (int)Math.Min(length - done, plan.Width - column);
            runs[runCount++] = place.GetRun((int)done, image, (int)row, (int)column, run);
            done += run;
        }

        Write(runs, runCount, phases, place, sums, length, images);
    }

    /// <summary>Lanes are single outputs, those side by side a run of positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InterleaveLanes(ConvolutionPlan plan, OutputPhases phases, ConvolutionPass pass, in Place place, float* sums, float* images, int count)
    {
        int runCount = 0, length = Math.Min(plan.Cut.GridColumns, plan.OutputWidth);
        Run* runs = stackalloc Run[plan.Lanes];
        for (int lane = 0; lane < plan.Lanes && plan.Places[lane].Image < count; lane += plan.Cut.GridColumns)
            runs[runCount++] = place.GetRun(lane, plan.Places[lane].Image, (plan.Places[lane].Row * plan.BlockRows) + pass.Row, 0, length);
        Write(runs, runCount, phases, place, sums, plan.Lanes, images);
    }

    /// <summary>Lanes are strips: turned, those of a phase are a run of positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InterleaveStrips(ConvolutionPlan plan, OutputPhases phases, ConvolutionPass pass, in Place place, float* sums, float* turned, float* images, int count)
    {
        int strip = pass.Shape.Sums, length = strip * plan.Lanes, runCount = 0;
        Run* runs = stackalloc Run[length]; // at most 14 vectors of 16 lanes
        float** lanes = stackalloc float*[plan.Lanes];
        for (int lane = 0; lane < plan.Lanes && plan.Places[lane].Image < count; lane++)
        {
            (int image, _, int before) = plan.Places[lane];
            for (int number = 0; number < strip;)
            {
                (int row, int column) = Math.DivRem((before * plan.BlockColumns) + pass.Column + number, plan.RowVectors);
                int run = Math.Min(plan.RowVectors - column, strip - number), valid = Math.Min(run, plan.OutputWidth - column);
                if (valid > 0)
                    runs[runCount++] = place.GetRun((lane * strip) + number, image, row, column, valid);
                number += run;
            }
        }

        for (int channel = 0; channel < place.Wanted; channel++, images += place.Area)
        {
            for (int row = 0; row < phases.Rows; row++)
            {
                for (int phase = 0; phase < phases.Columns; phase++, sums += length)
                {
                    for (int lane = 0; lane < plan.Lanes; lane++)
                        lanes[lane] = turned + (phase * length) + (lane * strip);
                    LaneTurn.OutOf(sums, plan.Lanes, strip, lanes);
                }

                Write(runs, runCount, row, turned, length, phases.Columns, images + ((nint)row * place.Width));
            }
        }
    }

    /// <summary>Writes the runs of all channels and rows of phases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(Run* runs, int count, OutputPhases phases, in Place place, float* sums, int length, float* images)
    {
        nint rowLength = (nint)phases.Columns * length;
        for (int channel = 0; channel < place.Wanted; channel++, images += place.Area)
        {
            for (int row = 0; row < phases.Rows; row++, sums += rowLength)
                Write(runs, count, row, sums, length, phases.Columns, images + ((nint)row * place.Width));
        }
    }

    /// <summary>Writes the runs of a row of phases.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Run* runs, int count, int row, float* from, int step, int phases, float* to)
    {
        for (Run* run = runs; run < runs + count; run++)
        {
            if (row >= run->Rows)
                continue;
            PhaseInterleaving.Run(from + run->From, step, phases, run->Whole, to + run->To);
            for (int phase = 0; phase < run->Rest; phase++)
                to[run->To + (run->Whole * phases) + phase] = from[run->From + ((nint)phase * step) + run->Whole];
        }
    }

    /// <summary>Writes the outputs behind those of the last input, which are what the activation makes of the bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillBorder(ConvolutionPlan plan, OutputPhases phases, in Place place, float* bias, in Activation activation, float* images, int count)
    {
        int rows = Math.Min(plan.Height * phases.Rows, place.Height), columns = Math.Min(plan.Width * phases.Columns, place.Width);
        for (int image = 0; image < count; image++)
        {
            for (int channel = 0; channel < place.Wanted; channel++)
            {
                float value = activation.Apply(bias[channel * phases.Count]);
                Span<float> plane = new(images + ((((nint)image * place.Channels) + channel) * place.Area), checked((int)place.Area));
                plane[(rows * place.Width)..].Fill(value);
                for (int row = 0; row < rows && columns < place.Width; row++)
                    plane[((row * place.Width) + columns)..((row + 1) * place.Width)].Fill(value);
            }
        }
    }

    /// <summary>Numbers of a lane that has a place for some of them only.</summary>
    private struct Edge
    {
        public float* From;
        public float* To;
        public int Count;
    }

    /// <summary>Positions of a row that are interleaved: whole ones, and the first phases of one that the output cuts; rows of phases that the output has.</summary>
    private struct Run
    {
        public int From;
        public nint To;
        public int Rows;
        public int Whole;
        public int Rest;
    }

    /// <summary>The whole output, and where lanes are in it.</summary>
    private readonly struct Place(ConvolutionPlan plan, OutputPhases phases, int wanted)
    {
        public readonly int Height = phases.GetOutputHeight(plan.Height);
        public readonly int Width = phases.GetOutputWidth(plan.Width);
        public readonly nint Area = (nint)phases.GetOutputHeight(plan.Height) * phases.GetOutputWidth(plan.Width);
        public readonly int Channels = plan.Geometry.OutputChannels / phases.Count;
        public readonly int Wanted = wanted;
        private readonly int _rowPhases = phases.Rows;
        private readonly int _columnPhases = phases.Columns;

        /// <summary>A run of positions.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Run GetRun(int from, nint image, int row, int column, int length)
        {
            int valid = Math.Clamp(Width - (column * _columnPhases), 0, length * _columnPhases);
            return new Run
            {
                From = from,
                To = (image * Channels * Area) + ((nint)row * _rowPhases * Width) + (column * _columnPhases),
                Rows = Math.Clamp(Height - (row * _rowPhases), 0, _rowPhases),
                Whole = valid / _columnPhases,
                Rest = valid % _columnPhases,
            };
        }

        /// <summary>Where the first output of a lane in a phase of a run is, in numbers from the first channel wanted of the first image.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public nint GetStart(ConvolutionPlan plan, ConvolutionPass pass, int run, int phase, int lane)
        {
            (int image, int gridRow, int gridColumn) = plan.Places[lane];
            nint row = (((gridRow * plan.BlockRows) + pass.Row + run) * _rowPhases) + phase, column = ((gridColumn * plan.BlockColumns) + pass.Column) * _columnPhases;
            return ((nint)image * Channels * Area) + (row * Width) + column;
        }

        /// <summary>How many outputs a lane has there.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int CountValid(ConvolutionPlan plan, ConvolutionPass pass, int run, int phase, int lane, int images)
        {
            (int image, int gridRow, int gridColumn) = plan.Places[lane];
            bool inside = image < images && (((gridRow * plan.BlockRows) + pass.Row + run) * _rowPhases) + phase < Height;
            return inside ? Math.Clamp(Width - (((gridColumn * plan.BlockColumns) + pass.Column) * _columnPhases), 0, pass.Shape.Vectors * _columnPhases) : 0;
        }
    }
}
