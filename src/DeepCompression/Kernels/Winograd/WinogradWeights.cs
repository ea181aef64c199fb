using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// The weights of a <see cref="WinogradConvolution"/>: one code each, those of <see cref="Rows"/> output channels side by side, in the order
/// (block of output channels, input channel, tap). Where zero has no code, a bit says which weights are not zero.
/// </summary>
internal sealed unsafe class WinogradWeights : IDisposable
{
    /// <summary>Output channels a block.</summary>
    public const int Rows = 16;

    private const int LeastLoaded = 32; // numbers of a codebook that two registers take

    private readonly NativeBuffer _codes;
    private readonly NativeBuffer _codebook;
    private readonly NativeBuffer? _bits;    // 16 a tap: of weights that are not zero
    private readonly NativeBuffer? _offsets; // of every row's codebook
    private readonly CentroidBytes? _bytes;  // of a codebook that registers do not take
    private readonly int _codebookSize;

    public WinogradWeights(CsrMatrix weights, ConvolutionGeometry geometry)
    {
        int size = weights.GroupSize, rowsAGroup = geometry.OutputChannels / geometry.Groups;
        BlocksAGroup = (rowsAGroup + Rows - 1) / Rows;
        (Blocks, Columns, _codebookSize) = (BlocksAGroup * geometry.Groups, weights.Columns, weights.Groups == 1 ? size : int.MaxValue);
        int stride = Math.Min(size + 1, Codebook.MaxSize); // the code behind the last means zero
        _codebook = new NativeBuffer(Math.Max((long)weights.Groups * stride, LeastLoaded) * sizeof(float));
        for (int group = 0; group < weights.Groups; group++)
            weights.CopyCentroids(group, new Span<float>((float*)_codebook.Pointer + (group * stride), size));
        _codes = new NativeBuffer((long)Blocks * Columns * Rows);
        if (weights.Groups > 1)
            _offsets = new NativeBuffer((long)Blocks * Rows * sizeof(int));
        bool isFull = weights.NonZeros == (long)weights.Rows * weights.Columns;
        int zero = size < Codebook.MaxSize ? size : weights.Groups == 1 ? weights.IndexOfZero(0) : -1;
        if (!isFull && zero < 0)
            _bits = new NativeBuffer((long)Blocks * Columns * sizeof(ushort));
        if (!isFull && zero >= 0)
            _codebookSize = Math.Max(_codebookSize, zero + 1);
        if (weights.Groups == 1 && _codebookSize > LeastLoaded && IsLookedUpInBytes(geometry))
            _bytes = new CentroidBytes(new ReadOnlySpan<float>(_codebook.Pointer, stride));
        for (int row = 0; row < weights.Rows; row++)
            FillRow(weights, row, (row / rowsAGroup * BlocksAGroup * Rows) + (row % rowsAGroup), isFull ? -1 : zero, stride);
    }

    /// <summary>Blocks of output channels: none has channels of two groups.</summary>
    public int Blocks { get; }

    /// <summary>Blocks a group.</summary>
    public int BlocksAGroup { get; }

    /// <summary>Weights an output channel.</summary>
    public int Columns { get; }

    /// <summary>Bytes held.</summary>
    public long Bytes => _codes.Bytes + _codebook.Bytes + (_bits?.Bytes ?? 0) + (_offsets?.Bytes ?? 0) + (_bytes?.Bytes ?? 0);

    /// <summary>Whether weights of one codebook, however many centroids it has, are looked up by permutations: those of an input channel lie side by side, and are enough.</summary>
    public static bool IsLookedUpInBytes(ConvolutionGeometry geometry) =>
        CentroidBytes.IsSupported && geometry is { StrideHeight: 1, StrideWidth: 1 } && geometry.KernelHeight == geometry.KernelWidth && geometry.KernelHeight * geometry.KernelWidth * Rows >= CentroidBytes.Codes;

    /// <summary>Looks weights up and transforms them.</summary>
    /// <param name="block">The block of output channels.</param>
    /// <param name="first">The first channel of the tiling: an input channel's phase.</param>
    /// <param name="count">How many.</param>
    /// <param name="tiling">The tiling.</param>
    /// <param name="geometry">Kernel and strides.</param>
    /// <param name="kernels">Those of the width.</param>
    /// <param name="width">The vector width.</param>
    /// <param name="taps">Room for a channel's weights.</param>
    /// <param name="room">Room for a transform on its way.</param>
    /// <param name="to">Takes the transformed weights, <see cref="Rows"/> numbers a channel.</param>
    /// <param name="pointBytes">Bytes from a point to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transform(int block, int first, int count, WinogradTiling tiling, ConvolutionGeometry geometry, in WinogradKernels kernels, VectorWidth width, float* taps, byte* room, byte* to, nint pointBytes)
    {
        int phases = tiling.PhaseRows * tiling.PhaseColumns;
        for (int channel = first; channel < first + count; channel++, to += Rows * sizeof(float))
        {
            if (_bytes is not null && width == VectorWidth.Vector512)
                ReadInBytes(block, channel * tiling.Taps * tiling.Taps, tiling.Taps * tiling.Taps, taps);
            else
                ReadPhase(block, channel / phases, channel % phases, tiling, geometry, width, taps);
            kernels.Weights(taps, room, to, pointBytes);
        }
    }

    public void Dispose()
    {
        _codes.Dispose();
        _codebook.Dispose();
        _bits?.Dispose();
        _offsets?.Dispose();
        _bytes?.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadInBytes(int block, int column, int count, float* to)
    {
        nint index = ((nint)block * Columns) + column;
        _bytes!.LookUp(_codes.Pointer + (index * Rows), count * Rows, to);
        for (int i = 0; _bits is not null && i < count; i++, to += Rows)
            Mask(Vector512.Load(to), ((ushort*)_bits.Pointer)[index + i]).Store(to);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadPhase(int block, int channel, int phase, WinogradTiling tiling, ConvolutionGeometry geometry, VectorWidth width, float* to)
    {
        int phaseRow = phase / tiling.PhaseColumns, phaseColumn = phase % tiling.PhaseColumns, kernelHeight = geometry.KernelHeight, kernelWidth = geometry.KernelWidth;
        for (int row = phaseRow, k = 0; k < tiling.Taps; k++, row += geometry.StrideHeight)
        {
            for (int column = phaseColumn, l = 0; l < tiling.Taps; l++, column += geometry.StrideWidth, to += Rows)
            {
                if (row < kernelHeight && column < kernelWidth)
                    Read(block, (((channel * kernelHeight) + row) * kernelWidth) + column, to, width);
                else
                    new Span<float>(to, Rows).Clear();
            }
        }
    }

    /// <summary>Looks a block's weights of one column up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Read(int block, int column, float* to, VectorWidth width)
    {
        nint index = ((nint)block * Columns) + column;
        byte* codes = _codes.Pointer + (index * Rows);
        float* codebook = (float*)_codebook.Pointer;
        uint bits = _bits is null ? ushort.MaxValue : ((ushort*)_bits.Pointer)[index];
        if (width == VectorWidth.Vector512)
        {
            Vector512<int> found = Avx512F.ConvertToVector512Int32(Vector128.Load(codes));
            Vector512<float> values;
            if (_codebookSize <= 16)
            {
                values = Avx512F.PermuteVar16x32(Vector512.Load(codebook), found);
            }
            else if (_codebookSize <= 32)
            {
                values = Avx512F.PermuteVar16x32x2(Vector512.Load(codebook), found, Vector512.Load(codebook + 16));
            }
            else
            {
                if (_offsets is not null)
                    found += Vector512.Load((int*)_offsets.Pointer + (block * Rows));
                values = Vector512.Create(Avx2.GatherVector256(codebook, found.GetLower(), sizeof(float)), Avx2.GatherVector256(codebook, found.GetUpper(), sizeof(float)));
            }

            (bits == ushort.MaxValue ? values : Mask(values, bits)).Store(to);
            return;
        }

        int* offsets = _offsets is null ? null : (int*)_offsets.Pointer + (block * Rows);
        for (int row = 0; row < Rows; row++)
            to[row] = ((bits >> row) & 1) == 0 ? 0 : codebook[(offsets == null ? 0 : offsets[row]) + codes[row]];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mask(Vector512<float> values, uint bits)
    {
        Vector512<uint> lanes = Avx512F.ShiftLeftLogicalVariable(Vector512<uint>.One, Vector512<uint>.Indices);
        return values & Vector512.Equals(Vector512.Create(bits) & lanes, lanes).AsSingle();
    }

    private void FillRow(CsrMatrix weights, int row, int place, int zero, int stride)
    {
        int block = place / Rows, lane = place % Rows;
        byte* codes = _codes.Pointer + ((nint)block * Columns * Rows) + lane;
        ushort* bits = _bits is null ? null : (ushort*)_bits.Pointer + ((nint)block * Columns);
        if (_offsets is not null)
            ((int*)_offsets.Pointer)[place] = row / (weights.Rows / weights.Groups) * stride;
        for (int column = 0; zero > 0 && column < Columns; column++)
            codes[(nint)column * Rows] = (byte)zero;
        for (int entry = weights.RowPointers[row]; entry < weights.RowPointers[row + 1]; entry++)
        {
            int column = weights.ColumnIndices[entry];
            codes[(nint)column * Rows] = weights.Codes[entry];
            if (bits != null)
                bits[column] |= (ushort)(1 << lane);
        }
    }
}
