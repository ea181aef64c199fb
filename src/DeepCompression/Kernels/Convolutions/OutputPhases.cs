using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// A transposed convolution as a convolution of stride 1. Outputs of the same remainder by the strides are a phase; to each
/// belong taps of its own, at whole distances of inputs. The phases of a channel become output channels of one convolution,
/// which has every weight once, and whose results are written with the phases of a channel interleaved.
/// </summary>
internal sealed class OutputPhases
{
    /// <summary>The most phases of a channel.</summary>
    public const int Most = 4096;

    private readonly (int Phase, int Tap)[] _rowTaps;
    private readonly (int Phase, int Tap)[] _columnTaps;

    /// <summary>Finds the phases of a geometry.</summary>
    public OutputPhases(TransposedConvolutionGeometry geometry)
    {
        Geometry = geometry;
        (Rows, Columns) = (geometry.StrideHeight, geometry.StrideWidth);
        (_rowTaps, int kernelHeight, int top, int bottom) = Split(geometry.KernelHeight, Rows, geometry.DilationHeight, geometry.PadTop, geometry.PadBottom, geometry.OutputPaddingHeight);
        (_columnTaps, int kernelWidth, int left, int right) = Split(geometry.KernelWidth, Columns, geometry.DilationWidth, geometry.PadLeft, geometry.PadRight, geometry.OutputPaddingWidth);
        Convolution = new ConvolutionGeometry
        {
            OutputChannels = checked(geometry.OutputChannels * Count),
            InputChannels = geometry.InputChannels,
            Groups = geometry.Groups,
            KernelHeight = kernelHeight,
            KernelWidth = kernelWidth,
            PadTop = top,
            PadLeft = left,
            PadBottom = bottom,
            PadRight = right,
        };
    }

    /// <summary>The transposed convolution.</summary>
    public TransposedConvolutionGeometry Geometry { get; }

    /// <summary>Rows of outputs that differ in phase.</summary>
    public int Rows { get; }

    /// <summary>Columns of outputs that differ in phase.</summary>
    public int Columns { get; }

    /// <summary>Phases of a channel.</summary>
    public int Count => Rows * Columns;

    /// <summary>The convolution: its channel <c>(channel * Rows + row) * Columns + column</c> is a phase of a channel.</summary>
    public ConvolutionGeometry Convolution { get; }

    /// <summary>Rows of the whole output.</summary>
    public int GetOutputHeight(int height) => Geometry.GetOutputHeight(height);

    /// <summary>Columns of the whole output.</summary>
    public int GetOutputWidth(int width) => Geometry.GetOutputWidth(width);

    /// <summary>The weights of the convolution.</summary>
    /// <param name="weights">The kernels, shape (output channels, input channels a group x kernel height x kernel width).</param>
    public CsrMatrix Split(CsrMatrix weights)
    {
        (int[] phaseOf, int[] tapOf) = GetTaps();
        int taps = tapOf.Length, area = Convolution.KernelHeight * Convolution.KernelWidth;
        CsrRows rows = new(checked(weights.Rows * Count));
        for (int pass = 0; pass < 2; pass++)
        {
            for (int channel = 0; channel < weights.Rows; channel++)
            {
                // The taps of an input channel backwards: in a phase they are then ascending.
                for (int first = weights.RowPointers[channel], end = weights.RowPointers[channel + 1], next; first < end; first = next)
                {
                    int input = weights.ColumnIndices[first] / taps;
                    for (next = first + 1; next < end && weights.ColumnIndices[next] / taps == input;)
                        next++;
                    for (int entry = next - 1; entry >= first; entry--)
                    {
                        int tap = weights.ColumnIndices[entry] % taps;
                        rows.Add((channel * Count) + phaseOf[tap], (input * area) + tapOf[tap], weights.Codes[entry]);
                    }
                }
            }

            rows.EndPass();
        }

        return rows.ToMatrix(checked(weights.Columns / taps * area), weights.Codebook, weights.Groups);
    }

    /// <summary>The phase to which each tap of the kernel belongs, row-major, and which tap of the convolution's kernel it is.</summary>
    public (int[] Phases, int[] Taps) GetTaps()
    {
        int[] phases = new int[_rowTaps.Length * _columnTaps.Length], taps = new int[phases.Length];
        for (int tap = 0; tap < taps.Length; tap++)
        {
            (int row, int column) = Math.DivRem(tap, _columnTaps.Length);
            phases[tap] = (_rowTaps[row].Phase * Columns) + _columnTaps[column].Phase;
            taps[tap] = (_rowTaps[row].Tap * Convolution.KernelWidth) + _columnTaps[column].Tap;
        }

        return (phases, taps);
    }

    /// <summary>One number a channel as one a phase.</summary>
    public float[] Repeat(ReadOnlySpan<float> channels)
    {
        float[] result = new float[channels.Length * Count];
        for (int channel = 0; channel < channels.Length; channel++)
        {
            for (int phase = 0; phase < Count; phase++)
                result[(channel * Count) + phase] = channels[channel];
        }

        return result;
    }

    /// <summary>
    /// One axis. The input i reaches the output i stride + tap dilation - pad, which is number j of its phase where
    /// that is j stride + phase: the phase sees the input j + distance.
    /// </summary>
    private static ((int Phase, int Tap)[] Taps, int Kernel, int Before, int After) Split(int kernel, int stride, int dilation, int padBefore, int padAfter, int added)
    {
        (int Phase, int Distance)[] taps = new (int, int)[kernel];
        int nearest = 0, farthest = 0;
        for (int tap = 0; tap < kernel; tap++)
        {
            int place = checked(tap * dilation) - padBefore, whole = FloorDivide(place, stride);
            taps[tap] = (place - (whole * stride), -whole);
            (nearest, farthest) = (Math.Min(nearest, -whole), Math.Max(farthest, -whole));
        }

        // Outputs of a phase beyond as many as there are inputs, and the inputs that they would see.
        int more = -FloorDivide(-checked(((kernel - 1) * dilation) + 1 + added - padBefore - padAfter), stride) - 1;
        for (int tap = 0; tap < kernel; tap++)
            taps[tap].Distance -= nearest;
        return (taps, farthest - nearest + 1, -nearest, Math.Max(more + farthest, 0));
    }

    private static int FloorDivide(int value, int divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);
}
