using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// Sparse rows for a product with many vectors at once, which stand in the lanes: columns in blocks that a byte
/// numbers, and in a block a segment of (column, code) pairs for every row. Rows are shared among parts by their
/// non-zeros; in a block of a part, segments are sorted by their length, so that branches are foreseen.
/// </summary>
internal sealed unsafe class BlockedLayout : IDisposable
{
    /// <summary>The most columns a block has: a byte numbers them.</summary>
    public const int MaxBlockColumns = 256;

    private readonly NativeBuffer _entries;
    private readonly NativeBuffer _segments;
    private readonly NativeBuffer _codebook;
    private readonly NativeBuffer? _codebookOffsets;
    private readonly int _codebookLength;
    private readonly int _groups;

    private BlockedLayout(CsrMatrix matrix, int blockColumns, int[] partRows, byte[] entries, List<TileSegment> segments, int[] entryStarts, int[] segmentStarts)
    {
        (Rows, Columns, BlockColumns, PartRows) = (matrix.Rows, matrix.Columns, blockColumns, partRows);
        (EntryStarts, SegmentStarts) = (entryStarts, segmentStarts);
        (_codebookLength, _groups) = (matrix.Codebook.Length, matrix.Groups);
        _entries = NativeBuffer.Copy<byte>(entries);
        _segments = NativeBuffer.Copy<TileSegment>(CollectionsMarshal.AsSpan(segments));
        _codebook = NativeBuffer.Copy<float>(matrix.Codebook);
        if (matrix.Groups > 1)
        {
            int size = matrix.Codebook.Length / matrix.Groups, rowsAGroup = matrix.Rows / matrix.Groups;
            _codebookOffsets = NativeBuffer.Copy<int>(Enumerable.Range(0, matrix.Rows).Select(row => row / rowsAGroup * size).ToArray());
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Columns a block; the last may have fewer.</summary>
    public int BlockColumns { get; }

    public int Blocks => (Columns + BlockColumns - 1) / BlockColumns;

    /// <summary>The first row of every part, and the row count at the end.</summary>
    public int[] PartRows { get; }

    public int Parts => PartRows.Length - 1;

    /// <summary>The first byte of every (part, block) among the entries, and their end.</summary>
    private int[] EntryStarts { get; }

    /// <summary>The first segment of every (part, block), and their end.</summary>
    private int[] SegmentStarts { get; }

    public long Bytes => _entries.Bytes + _segments.Bytes + _codebook.Bytes + (_codebookOffsets?.Bytes ?? 0) + (sizeof(int) * (long)(EntryStarts.Length + SegmentStarts.Length));

    /// <summary>Builds the layout.</summary>
    /// <param name="matrix">The weights.</param>
    /// <param name="blockColumns">Columns a block, 1 to <see cref="MaxBlockColumns"/>.</param>
    /// <param name="parts">Parts wanted: what threads share.</param>
    /// <param name="rowUnit">Parts do not straddle runs of this many rows (a convolution's groups); 0 for one run.</param>
    public static BlockedLayout Build(CsrMatrix matrix, int blockColumns, int parts, int rowUnit = 0)
    {
        int[] partRows = RowParts.Split(matrix.RowPointers, parts, rowUnit);
        int blocks = (matrix.Columns + blockColumns - 1) / blockColumns;
        byte[] entries = new byte[2L * matrix.NonZeros];
        int[] entryStarts = new int[((partRows.Length - 1) * blocks) + 1], segmentStarts = new int[entryStarts.Length];
        List<TileSegment> segments = [];
        List<(int Row, int Start, int Count)> found = [];
        int[] next = [.. matrix.RowPointers.AsSpan(0, matrix.Rows)];
        int written = 0, index = 0;
        for (int part = 0; part < partRows.Length - 1; part++)
        {
            for (int block = 0; block < blocks; block++)
            {
                int firstColumn = block * blockColumns, endColumn = firstColumn + blockColumns;
                found.Clear();
                for (int row = partRows[part]; row < partRows[part + 1]; row++)
                {
                    int start = next[row], entry = start;
                    while (entry < matrix.RowPointers[row + 1] && matrix.ColumnIndices[entry] < endColumn)
                        entry++;
                    next[row] = entry;
                    if (entry > start)
                        found.Add((row - partRows[part], start, entry - start));
                }

                found.Sort((a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Row.CompareTo(b.Row));
                foreach ((int row, int start, int count) in found)
                {
                    segments.Add(new TileSegment((ushort)row, (ushort)count));
                    for (int entry = start; entry < start + count; entry++)
                    {
                        entries[written++] = (byte)(matrix.ColumnIndices[entry] - firstColumn);
                        entries[written++] = matrix.Codes[entry];
                    }
                }

                entryStarts[++index] = written;
                segmentStarts[index] = segments.Count;
            }
        }

        return new BlockedLayout(matrix, blockColumns, partRows, entries, segments, entryStarts, segmentStarts);
    }

    /// <summary>Adds the products of all blocks of a part to its sums.</summary>
    /// <param name="part">The part.</param>
    /// <param name="kernel">The kernel of the tile's shape.</param>
    /// <param name="x">The inputs.</param>
    /// <param name="offsets">Where every column starts in the inputs, in bytes.</param>
    /// <param name="runStride">Bytes between the two runs of the shape.</param>
    /// <param name="y">The sums of the part's rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(int part, delegate*<TileWork*, void> kernel, byte* x, int* offsets, nint runStride, byte* y)
    {
        TileWork work = new()
        {
            X = x,
            RunStride = runStride,
            Y = y,
            Codebook = (float*)_codebook.Pointer,
            CodebookOffsets = _codebookOffsets is null ? null : (int*)_codebookOffsets.Pointer + PartRows[part],
        };
        for (int block = 0, index = part * Blocks; block < Blocks; block++, index++)
        {
            work.Segments = (TileSegment*)_segments.Pointer + SegmentStarts[index];
            work.SegmentCount = SegmentStarts[index + 1] - SegmentStarts[index];
            work.Entries = _entries.Pointer + EntryStarts[index];
            work.Offsets = offsets + (block * BlockColumns);
            kernel(&work);
        }
    }

    /// <summary>The weights that the layout holds.</summary>
    public CsrMatrix ToCsr()
    {
        CsrRows rows = new(Rows);
        for (int pass = 0; pass < 2; pass++)
        {
            byte* entry = _entries.Pointer;
            for (int index = 0; index < Parts * Blocks; index++)
            {
                for (int segment = SegmentStarts[index]; segment < SegmentStarts[index + 1]; segment++)
                {
                    (ushort row, ushort count) = ((TileSegment*)_segments.Pointer)[segment];
                    for (int i = 0; i < count; i++, entry += 2)
                        rows.Add(PartRows[index / Blocks] + row, (index % Blocks * BlockColumns) + entry[0], entry[1]);
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
}
