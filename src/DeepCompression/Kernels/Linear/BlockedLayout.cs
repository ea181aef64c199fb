using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// Sparse rows for a product with many vectors at once, which stand in the lanes: columns in blocks whose inputs fit a
/// cache, and in a block a segment of entries for every row. An entry is 32 bits: 24 for the position of its input in
/// the block, 8 for the code. Rows are shared among parts by their non-zeros. The first and the last block have a segment for every row, be it empty.
/// </summary>
internal sealed unsafe class BlockedLayout : IDisposable
{
    /// <summary>The most columns of a block.</summary>
    public const int MaxBlockColumns = ushort.MaxValue;

    private const int ReadAhead = 6; // entries that kernels read behind the last
    private const int CodeBits = 8;
    private const int MaxPosition = (1 << (32 - CodeBits)) - 1;

    private readonly NativeBuffer _entries;
    private readonly NativeBuffer _segments;
    private readonly NativeBuffer _codebook;
    private readonly NativeBuffer? _codebookOffsets;
    private readonly int _codebookLength;
    private readonly int _groups;

    private readonly int[]? _positions;

    private BlockedLayout(CsrMatrix matrix, int blockColumns, int[]? positions, int[] partRows, NativeBuffer entries, NativeBuffer segments, int[] entryStarts, int[] segmentStarts)
    {
        (Rows, Columns, BlockColumns, PartRows, _positions) = (matrix.Rows, matrix.Columns, blockColumns, partRows, positions);
        (EntryStarts, SegmentStarts) = (entryStarts, segmentStarts);
        (_codebookLength, _groups) = (checked(matrix.GroupSize * matrix.Groups), matrix.Groups);
        _entries = entries;
        _segments = segments;
        _codebook = new NativeBuffer((_codebookLength + (long)Centroids32.Length) * sizeof(float), written: _codebookLength * (long)sizeof(float)); // kernels load so many at once
        for (int group = 0; group < _groups; group++)
            matrix.CopyCentroids(group, new Span<float>((float*)_codebook.Pointer + (group * matrix.GroupSize), matrix.GroupSize));
        if (matrix.Groups > 1)
        {
            _codebookOffsets = NativeBuffer.Copy<int>(GetOffsets(matrix.Rows, matrix.Rows / matrix.Groups, matrix.GroupSize));
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Columns a block; the last may have fewer.</summary>
    public int BlockColumns { get; }

    public int Blocks => GetBlocks(Columns, BlockColumns);

    /// <summary>The first row of every part, and the row count at the end.</summary>
    public int[] PartRows { get; }

    public int Parts => PartRows.Length - 1;

    /// <summary>Centroids of a row.</summary>
    public int Centroids => _codebookLength / _groups;

    /// <summary>The first entry of every (part, block), and their end.</summary>
    private int[] EntryStarts { get; }

    /// <summary>The first segment of every (part, block), and their end.</summary>
    private int[] SegmentStarts { get; }

    public long Bytes => _entries.Bytes + _segments.Bytes + _codebook.Bytes + (_codebookOffsets?.Bytes ?? 0) + (sizeof(int) * (long)(EntryStarts.Length + SegmentStarts.Length + (_positions?.Length ?? 0)));

    /// <summary>Builds the layout.</summary>
    /// <param name="matrix">The weights.</param>
    /// <param name="blockColumns">Columns a block.</param>
    /// <param name="parts">Parts wanted: what threads share.</param>
    /// <param name="rowUnit">Parts do not straddle runs of this many rows (a convolution's groups); 0 for one run.</param>
    /// <param name="positions">Where the input of every column is, the first column of a block before all others of it; null where it is the column's number.</param>
    /// <param name="sortsSegments">
    /// Whether the segments of a block are sorted by their length, so that branches are foreseen. It halves the time of tiles of one vector;
    /// larger ones gain more from sums that are read and written one after another.
    /// </param>
    /// <param name="together">Rows that no parts share: they divide <paramref name="rowUnit"/>.</param>
    public static BlockedLayout Build(CsrMatrix matrix, int blockColumns, int parts, int rowUnit = 0, int[]? positions = null, bool sortsSegments = false, int together = 1)
    {
        int[] partRows = RowParts.Split(matrix.RowPointers, parts, rowUnit, together);
        int blocks = GetBlocks(matrix.Columns, blockColumns);
        NativeBuffer buffer = new(((long)matrix.NonZeros + ReadAhead) * sizeof(uint), written: (long)matrix.NonZeros * sizeof(uint));
        uint* entries = (uint*)buffer.Pointer; // as many as there are non-zeros are written
        int[] entryStarts = new int[((partRows.Length - 1) * blocks) + 1], segmentStarts = new int[entryStarts.Length];
        TileSegment[] segments = new TileSegment[matrix.Rows * blocks]; // at most
        long[] found = new long[matrix.Rows]; // rows of a part with their counts, in the order of numbers: the longest first
        int[] next = [.. matrix.RowPointers.AsSpan(0, matrix.Rows)];
        int written = 0, segmentCount = 0, index = 0;
        for (int part = 0; part < partRows.Length - 1; part++)
        {
            for (int block = 0; block < blocks; block++)
            {
                int firstColumn = block * blockColumns, endColumn = firstColumn + blockColumns, origin = GetPosition(positions, firstColumn);
                int rows = 0;
                for (int row = partRows[part]; row < partRows[part + 1]; row++)
                {
                    int start = next[row], end = matrix.RowPointers[row + 1];
                    if (block < blocks - 1)
                        end = start + CountBelow(matrix.ColumnIndices.AsSpan(start, end - start), endColumn);
                    next[row] = end;
                    if (end > start || block == 0 || block == blocks - 1)
                        found[rows++] = ((long)(ushort.MaxValue - (end - start)) << 32) | (uint)row;
                }

                if (sortsSegments)
                    new Span<long>(found, 0, rows).Sort();
                for (int i = 0; i < rows; i++)
                {
                    int row = (int)found[i], count = ushort.MaxValue - (int)(found[i] >> 32), start = next[row] - count;
                    segments[segmentCount++] = new TileSegment((ushort)(row - partRows[part]), (ushort)count);
                    WriteEntries(matrix.ColumnIndices.AsSpan(start, count), matrix.Codes.AsSpan(start, count), positions, origin, entries + written);
                    written += count;
                }

                entryStarts[++index] = written;
                segmentStarts[index] = segmentCount;
            }
        }

        fixed (TileSegment* first = segments)
            return new BlockedLayout(matrix, blockColumns, positions, partRows, buffer, NativeBuffer.Copy(first, segmentCount * (long)sizeof(TileSegment)), entryStarts, segmentStarts);
    }

    /// <summary>Adds the products of all blocks of a part to the bias.</summary>
    /// <param name="part">The part.</param>
    /// <param name="kernel">The kernel of the tile's shape.</param>
    /// <param name="x">The inputs, position 0.</param>
    /// <param name="positionBytes">Bytes from a position to the next.</param>
    /// <param name="runBytes">Bytes between the two runs of the shape.</param>
    /// <param name="bias">The bias of row 0.</param>
    /// <param name="sums">Room for the sums of the part, row after row.</param>
    /// <param name="sumBytes">Bytes from the sums of a row to those of the next.</param>
    /// <param name="y">Where the results of the part's first row go; the sums where they are not moved.</param>
    /// <param name="rowBytes">Bytes from the results of a row to those of the next.</param>
    /// <param name="activation">Applied to the results.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(
        int part, delegate*<TileWork*, void> kernel, byte* x, nint positionBytes, nint runBytes, float* bias, byte* sums, nint sumBytes, byte* y, nint rowBytes, in Activation activation)
    {
        TileWork work = new()
        {
            PositionBytes = positionBytes,
            RunBytes = runBytes,
            Bias = bias + PartRows[part],
            Sums = sums,
            SumBytes = sumBytes,
            Y = sums,
            RowBytes = sumBytes,
            Codebook = (float*)_codebook.Pointer,
            CodebookOffsets = _codebookOffsets is null ? null : (int*)_codebookOffsets.Pointer + PartRows[part],
        };
        for (int block = 0, index = part * Blocks; block < Blocks; block++, index++)
        {
            if (block == Blocks - 1)
            {
                work.Y = y;
                work.RowBytes = rowBytes;
                work.Activation = activation;
            }

            work.X = x + (GetPosition(_positions, block * BlockColumns) * positionBytes);
            work.Segments = (TileSegment*)_segments.Pointer + SegmentStarts[index];
            work.SegmentCount = SegmentStarts[index + 1] - SegmentStarts[index];
            work.Entries = (uint*)_entries.Pointer + EntryStarts[index];
            kernel(&work);
            work.Bias = null;
        }
    }

    /// <summary>The weights that the layout holds.</summary>
    public CsrMatrix ToCsr()
    {
        CsrRows rows = new(Rows);
        Dictionary<int, int> columns = Enumerable.Range(0, Columns).ToDictionary(column => GetPosition(_positions, column));
        for (int pass = 0; pass < 2; pass++)
        {
            uint* entry = (uint*)_entries.Pointer;
            for (int index = 0; index < Parts * Blocks; index++)
            {
                int origin = GetPosition(_positions, index % Blocks * BlockColumns);
                for (int segment = SegmentStarts[index]; segment < SegmentStarts[index + 1]; segment++)
                {
                    TileSegment row = ((TileSegment*)_segments.Pointer)[segment];
                    for (int i = 0; i < row.Count; i++, entry++)
                        rows.Add(PartRows[index / Blocks] + row.Row, columns[origin + (int)(*entry >> CodeBits)], (byte)*entry);
                }
            }

            rows.EndPass();
        }

        return rows.ToMatrix(Columns, new ReadOnlySpan<float>(_codebook.Pointer, _codebookLength), _groups);
    }

    public void Dispose()
    {
        _entries.Dispose();
        _segments.Dispose();
        _codebook.Dispose();
        _codebookOffsets?.Dispose();
    }

    private static int[] GetOffsets(int rows, int rowsAGroup, int size)
    {
        int[] offsets = new int[rows];
        for (int row = 0; row < rows; row++)
            offsets[row] = row / rowsAGroup * size;
        return offsets;
    }

    // Columns ascend.
    private static int CountBelow(ReadOnlySpan<int> columns, int end)
    {
        int count = 0;
        for (; count <= columns.Length - Vector128<int>.Count; count += Vector128<int>.Count)
        {
            if (columns[count + Vector128<int>.Count - 1] >= end)
                break;
        }

        while (count < columns.Length && columns[count] < end)
            count++;
        return count;
    }

    // Vectors are not compiled ahead of time, and are slow before they are compiled in full.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteEntries(ReadOnlySpan<int> columns, ReadOnlySpan<byte> codes, int[]? positions, int origin, uint* entries)
    {
        codes = codes[..columns.Length];
        uint all = 0;
        if (positions is null)
        {
            int i = 0;
            for (; i <= columns.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
            {
                (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(Vector128.Create(codes.Slice(i, Vector128<byte>.Count)));
                (Vector128<uint> a, Vector128<uint> b) = Vector128.Widen(lower);
                (Vector128<uint> c, Vector128<uint> d) = Vector128.Widen(upper);
                Write(columns[i..], a, entries + i);
                Write(columns[(i + 4)..], b, entries + i + 4);
                Write(columns[(i + 8)..], c, entries + i + 8);
                Write(columns[(i + 12)..], d, entries + i + 12);
            }

            for (; i < columns.Length; i++)
                entries[i] = ((uint)(columns[i] - origin) << CodeBits) | codes[i];
            all = columns.IsEmpty ? 0 : (uint)(columns[^1] - origin); // the largest
        }
        else
        {
            for (int i = 0; i < columns.Length; i++)
            {
                uint position = (uint)(positions[columns[i]] - origin);
                all |= position;
                entries[i] = (position << CodeBits) | codes[i];
            }
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(all, (uint)MaxPosition);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Write(ReadOnlySpan<int> columns, Vector128<uint> codes, uint* entries) =>
            (((Vector128.Create(columns[..Vector128<int>.Count]) - Vector128.Create(origin)).AsUInt32() << CodeBits) | codes).Store(entries);
    }

    private static int GetBlocks(int columns, int blockColumns) => Math.Max((columns + blockColumns - 1) / blockColumns, 1);

    private static int GetPosition(int[]? positions, int column) => positions is null ? column : positions[column];
}
