using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.InteropServices;

namespace DeepCompression.Kernels;

/// <summary>
/// A convolution within a <see cref="LayerChain"/>: every lane is an image, inputs come in the lanes and outputs stay there. Some output
/// channels at a time are computed, and pooled into the input of the next layer while they are near.
/// </summary>
internal sealed unsafe class ChainedConvolution : IDisposable
{
    private const int StripBytes = 128 << 10; // of results before they are pooled: a part of the second-level cache

    private readonly ConvolutionLayer _layer;
    private readonly VectorWidth _width;
    private readonly NativeBuffer _bias;
    private readonly NativeBuffer _places;
    private readonly NativeBuffer _taps;
    private readonly int _placeCount;
    private readonly int _sums;
    private readonly nint _channelSteps;

    /// <summary>Builds the layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="next">The convolution that reads the outputs; null where they are read flat.</param>
    /// <param name="width">The vector width.</param>
    public ChainedConvolution(ConvolutionLayer layer, ChainedConvolution? next, VectorWidth width)
    {
        (_layer, _width) = (layer, width);
        int lanes = TileKernels.GetLanes(width), height = layer.Geometry.GetOutputHeight(layer.Height), columns = layer.Geometry.GetOutputWidth(layer.Width);
        long bytes = (long)layer.Geometry.OutputChannels * height * columns * lanes * sizeof(float);
        Plan = new ConvolutionPlan(layer.Geometry, layer.Weights, lanes, layer.Height, layer.Width, lanes, (int)Math.Min((bytes / StripBytes) + 1, layer.Geometry.OutputChannels), new ConvolutionCut(ConvolutionLanes.Blocks, lanes, 1, 1));
        _bias = layer.Bias.IsEmpty ? new NativeBuffer(sizeof(float) * (long)layer.Weights.Rows) : NativeBuffer.Copy(layer.Bias.Span);
        _sums = Plan.Passes.Sum(pass => pass.Shape.Sums);
        _channelSteps = next is null ? layer.OutputHeight * layer.OutputWidth : next.Plan.ChannelVectors;
        (List<PoolPlace> places, List<PoolTap> taps) = GetPlaces(height, columns, next);
        _placeCount = places.Count;
        _places = NativeBuffer.Copy<PoolPlace>(CollectionsMarshal.AsSpan(places));
        _taps = NativeBuffer.Copy<PoolTap>(CollectionsMarshal.AsSpan(taps));
    }

    /// <summary>How the convolution runs, and how its inputs lie in the lanes.</summary>
    public ConvolutionPlan Plan { get; }

    /// <summary>Numbers an image.</summary>
    public int Inputs => _layer.Geometry.InputChannels * _layer.Height * _layer.Width;

    /// <summary>Numbers an image.</summary>
    public int Outputs => _layer.Geometry.OutputChannels * _layer.OutputHeight * _layer.OutputWidth;

    /// <summary>Whether some of the inputs in the lanes are never written: they have to be zero.</summary>
    public bool HasBorder => _layer.Geometry is not { PadTop: 0, PadLeft: 0, PadBottom: 0, PadRight: 0 };

    /// <summary>Bytes of results before they are pooled.</summary>
    public long SumBytes
    {
        get
        {
            int rows = 0;
            for (int part = 0; part < Plan.Layout.Parts; part++)
                rows = Math.Max(rows, Plan.Layout.PartRows[part + 1] - Plan.Layout.PartRows[part]);
            return (long)rows * _sums * Plan.VectorBytes;
        }
    }

    /// <summary>Bytes that the layer holds.</summary>
    public long ResidentBytes => Plan.Layout.Bytes + _bias.Bytes + _places.Bytes + _taps.Bytes;

    /// <summary>Puts images into the lanes.</summary>
    /// <param name="images">The first image, channels x height x width.</param>
    /// <param name="count">Images; lanes of those beyond hold the last.</param>
    /// <param name="packed">The inputs in the lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(float* images, int count, byte* packed)
    {
        ConvolutionGeometry geometry = _layer.Geometry;
        float** lanes = stackalloc float*[Plan.Lanes];
        for (int lane = 0; lane < Plan.Lanes; lane++)
            lanes[lane] = images + ((nint)Math.Min(lane, count - 1) * Inputs);
        int rows = Math.Min(_layer.Height, Plan.InputRows - geometry.PadTop), columns = Math.Min(_layer.Width, Plan.InputColumns - geometry.PadLeft);
        for (int channel = 0; channel < geometry.InputChannels && columns > 0; channel++)
        {
            for (int row = 0; row < rows; row++)
            {
                nint from = (((nint)channel * _layer.Height) + row) * _layer.Width;
                float* to = (float*)packed + ((GetPlace(row, 0) + (channel * (nint)Plan.ChannelVectors)) * Plan.Lanes);
                if (geometry.PadLeft % Plan.Phases == 0)
                {
                    LaneTurn.Into(lanes, Plan.Lanes, from, columns, Plan.Phases, Plan.PhaseColumns, to);
                    continue;
                }

                for (int column = 0; column < columns; column++)
                {
                    for (int lane = 0; lane < Plan.Lanes; lane++)
                        to[((GetPlace(row, column) - GetPlace(row, 0)) * Plan.Lanes) + lane] = Denormals.Flush(lanes[lane][from + column]);
                }
            }
        }
    }

    /// <summary>Computes the layer for the images in the lanes.</summary>
    /// <param name="packed">The inputs in the lanes.</param>
    /// <param name="sums">Room for <see cref="SumBytes"/>.</param>
    /// <param name="to">Where the first output goes.</param>
    /// <param name="stepBytes">Bytes from an output to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(byte* packed, byte* sums, byte* to, nint stepBytes)
    {
        ConvolutionGeometry geometry = _layer.Geometry;
        BlockedLayout layout = Plan.Layout;
        for (int part = 0; part < layout.Parts; part++)
        {
            int firstRow = layout.PartRows[part], rows = layout.PartRows[part + 1] - firstRow;
            int firstChannel = firstRow / (geometry.OutputChannels / geometry.Groups) * (geometry.InputChannels / geometry.Groups);
            byte* next = sums;
            foreach (ConvolutionPass pass in Plan.Passes)
            {
                int length = pass.Shape.Sums * Plan.VectorBytes;
                layout.Multiply(
                    part, TileKernels.Get(_width, pass.Shape, layout.Centroids), packed + Plan.GetStart(pass, firstChannel), Plan.VectorBytes, Plan.GetRunBytes(pass), (float*)_bias.Pointer, next, length, next, length, _layer.Activation);
                next += (nint)length * rows;
            }

            PoolWork work = new()
            {
                From = sums,
                Rows = rows,
                Places = (PoolPlace*)_places.Pointer,
                PlaceCount = _placeCount,
                Taps = (PoolTap*)_taps.Pointer,
                IsSum = _layer.Pooling?.Kind == PoolingKind.Average,
                To = to + (firstRow * _channelSteps * stepBytes),
                StepBytes = stepBytes,
                RowBytes = _channelSteps * stepBytes,
                Activation = _layer.PooledActivation,
            };
            GetPoolKernel()(&work);
        }
    }

    public void Dispose()
    {
        Plan.Dispose();
        _bias.Dispose();
        _places.Dispose();
        _taps.Dispose();
    }

    private delegate*<PoolWork*, void> GetPoolKernel() => _width switch
    {
        VectorWidth.Vector512 => &PoolKernel<Lane512, Vector512<float>>.Run,
        VectorWidth.Vector256 => &PoolKernel<Lane256, Vector256<float>>.Run,
        VectorWidth.Vector128 => &PoolKernel<Lane128, Vector128<float>>.Run,
        _ => &PoolKernel<LaneScalar, float>.Run,
    };

    /// <summary>The vector of a channel that holds an input; -1 where no output depends on it.</summary>
    private int GetPlace(int row, int column)
    {
        (row, column) = (row + _layer.Geometry.PadTop, column + _layer.Geometry.PadLeft);
        return row >= Plan.InputRows || column >= Plan.InputColumns ? -1 : (((row * Plan.Phases) + (column % Plan.Phases)) * Plan.PhaseColumns) + (column / Plan.Phases);
    }

    private (List<PoolPlace> Places, List<PoolTap> Taps) GetPlaces(int height, int width, ChainedConvolution? next)
    {
        PoolTap[] results = new PoolTap[height * width];
        int before = 0;
        foreach (ConvolutionPass pass in Plan.Passes)
        {
            for (int sum = 0; sum < pass.Shape.Sums; sum++)
                results[((pass.Row + (sum / pass.Shape.Vectors)) * width) + pass.Column + (sum % pass.Shape.Vectors)] = new PoolTap(before, pass.Shape.Sums, sum);
            before += pass.Shape.Sums;
        }

        PoolingGeometry pooling = _layer.Pooling ?? new() { KernelHeight = 1, KernelWidth = 1 };
        List<PoolPlace> places = [];
        List<PoolTap> taps = [];
        for (int row = 0; row < _layer.OutputHeight; row++)
        {
            for (int column = 0; column < _layer.OutputWidth; column++)
            {
                int to = next is null ? (row * _layer.OutputWidth) + column : next.GetPlace(row, column), first = taps.Count;
                if (to < 0)
                    continue;
                for (int y = Math.Max((row * pooling.StrideHeight) - pooling.PadTop, 0); y < Math.Min((row * pooling.StrideHeight) - pooling.PadTop + pooling.KernelHeight, height); y++)
                {
                    for (int x = Math.Max((column * pooling.StrideWidth) - pooling.PadLeft, 0); x < Math.Min((column * pooling.StrideWidth) - pooling.PadLeft + pooling.KernelWidth, width); x++)
                        taps.Add(results[(y * width) + x]);
                }

                int count = taps.Count - first;
                places.Add(new PoolPlace(to, first, count, 1f / (pooling.CountsPads ? pooling.KernelHeight * pooling.KernelWidth : count)));
            }
        }

        return (places, taps);
    }
}
