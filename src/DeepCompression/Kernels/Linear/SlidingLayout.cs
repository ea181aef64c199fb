using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// Sparse rows for a product with one vector: 16 rows in the lanes, inputs read through a window of 32 that slides.
/// A slot gives every lane at most one weight: 5 bits of where in the window its input is, and its code. Slots lie in
/// words of 64 bytes, one 32-bit number a lane, lowest bits first; before a pair of slots the window moves on by a step.
/// A lane without a weight in a slot has the code of a zero centroid.
/// </summary>
internal sealed unsafe class SlidingLayout : IDisposable
{
    /// <summary>Rows a tile.</summary>
    public const int Lanes = 16;

    /// <summary>Inputs in reach of a slot.</summary>
    public const int Window = 32;

    /// <summary>The unit of steps: half a cache line, so that every second window is aligned.</summary>
    public const int StepUnit = 8; // inputs

    /// <summary>Where windows start in a layout whose weights stay in a near cache: a window that straddles cache lines is loaded at half the speed.</summary>
    private const int NearUnit = 16; // inputs

    /// <summary>Slots that share a window: loading it costs as much as a permute.</summary>
    public const int SlotsAStep = 2;

    /// <summary>Bits of an index into the window.</summary>
    public const int IndexBits = 5;

    /// <summary>Inputs that must be readable behind the last.</summary>
    public const int InputPadding = 2 * Window;

    /// <summary>Steps that must be readable behind the last: kernels read four at once.</summary>
    public const int StepPadding = 4;

    /// <summary>How far ahead kernels ask for words: two pages, so that address translation is over in time.</summary>
    public const int PrefetchDistance = 8192; // bytes

    private readonly NativeBuffer _words;
    private readonly NativeBuffer _steps;
    private readonly NativeBuffer _codebook;
    private readonly NativeBuffer _order;
    private readonly int _groups;

    private SlidingLayout(int rows, int columns, int groups, int[] order, int[] tileWords, List<uint> words, List<byte> steps, float[] codebook, int groupSize, int[] tileGroups)
    {
        (Rows, Columns, Order, TileWords, GroupSize, TileGroups) = (rows, columns, order, tileWords, groupSize, tileGroups);
        _groups = groups;
        _words = NativeBuffer.Copy<uint>(CollectionsMarshal.AsSpan(words));
        _steps = new NativeBuffer(steps.Count + StepPadding, written: steps.Count);
        CollectionsMarshal.AsSpan(steps).CopyTo(new Span<byte>(_steps.Pointer, steps.Count));
        _codebook = NativeBuffer.Copy(codebook);
        _order = NativeBuffer.Copy<int>(order);
        IsInOrder = true;
        for (int place = 1; place < order.Length; place++)
            IsInOrder &= place % Lanes == 0 || order[place] == order[place - 1] + 1 || order[place] < 0;
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The row in every lane, tile by tile; -1 where there is none.</summary>
    public int[] Order { get; }

    /// <summary>Whether the rows of every tile are neighbours.</summary>
    public bool IsInOrder { get; }

    /// <summary>The same for kernels.</summary>
    public int* OrderPointer => (int*)_order.Pointer;

    /// <summary>The first word of every tile, and the word count at the end.</summary>
    public int[] TileWords { get; }

    /// <summary>The group of the codebook that a tile uses.</summary>
    public int[] TileGroups { get; }

    public int Tiles => TileGroups.Length;

    /// <summary>Centroids a group, padded to 32, 64, 128 or 256.</summary>
    public int GroupSize { get; }

    /// <summary>Slots a word: 3 with codes of 5 bits, 2 with codes of 8.</summary>
    public int SlotsAWord => GetSlotsAWord(GroupSize);

    public int CodeBits => GroupSize <= 32 ? 5 : 8;

    public uint* Words => (uint*)_words.Pointer;

    public byte* Steps => _steps.Pointer;

    public float* Codebook => (float*)_codebook.Pointer;

    public long Bytes => _words.Bytes + _steps.Bytes + _codebook.Bytes + _order.Bytes + (sizeof(int) * (long)(Order.Length + TileWords.Length + TileGroups.Length));

    /// <summary>Builds the layout, or returns null where no code can stand for zero.</summary>
    /// <param name="matrix">The weights.</param>
    /// <param name="order">
    /// Which rows share a tile, -1 for none; null sorts the rows of a codebook's group by their weights, so that a tile's lanes end together.
    /// Given tiles stay in a near cache from product to product, where not reading the weights is the limit but the loop: they are brought
    /// into the order of their length, so that the branch at the end of a tile is foreseen, and windows start at cache lines.
    /// </param>
    public static SlidingLayout? TryBuild(CsrMatrix matrix, int[]? order = null)
    {
        if (ZeroCodes.Find(matrix) is not ZeroCodes zeros)
            return null;
        bool isNear = order is not null;
        order ??= SortRows(matrix);
        int tiles = order.Length / Lanes, slotsAWord = GetSlotsAWord(zeros.PaddedSize);
        int[] tileWords = new int[tiles + 1], tileGroups = new int[tiles];
        List<uint> words = new(matrix.NonZeros / slotsAWord * 4 / 3);
        List<byte> steps = new(words.Capacity / Lanes * slotsAWord / SlotsAStep);
        int rowsAGroup = Math.Max(matrix.Rows / matrix.Groups, 1);
        for (int tile = 0; tile < tiles; tile++)
        {
            ReadOnlySpan<int> rows = order.AsSpan(tile * Lanes, Lanes);
            tileGroups[tile] = Math.Max(rows.IndexOfAnyExcept(-1) is int lane and >= 0 ? rows[lane] : 0, 0) / rowsAGroup;
            SlidingTile.Append(matrix, rows, zeros.Codes[tileGroups[tile]], slotsAWord, isNear ? NearUnit : StepUnit, words, steps);
            tileWords[tile + 1] = words.Count / Lanes;
        }

        if (isNear)
            SortTiles(order, tileWords, tileGroups, words, steps, slotsAWord);
        return new SlidingLayout(matrix.Rows, matrix.Columns, matrix.Groups, order, tileWords, words, steps, zeros.Codebook, zeros.PaddedSize, tileGroups);
    }

    /// <summary>How far a step, in the lowest 8 bits, moves the window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint GetStepBytes(uint step) => (nint)((step * (StepUnit * sizeof(float))) & (byte.MaxValue * StepUnit * sizeof(float)));

    /// <summary>The first tile of a part, when tiles are shared among parts by their words.</summary>
    public int PartStart(int part, int parts)
    {
        long word = (long)TileWords[^1] * part / parts;
        int tile = Array.BinarySearch(TileWords, (int)word);
        if (part == 0)
            return 0;
        return part == parts ? Tiles : Math.Min(tile < 0 ? ~tile : tile, Tiles);
    }

    /// <summary>The weights that the layout holds.</summary>
    public CsrMatrix ToCsr()
    {
        CsrRows rows = new(Rows);
        int fieldBits = IndexBits + CodeBits;
        for (int pass = 0; pass < 2; pass++)
        {
            for (int tile = 0; tile < Tiles; tile++)
            {
                float* codebook = Codebook + (TileGroups[tile] * GroupSize);
                int window = 0;
                for (int word = TileWords[tile]; word < TileWords[tile + 1]; word++)
                {
                    for (int slot = 0; slot < SlotsAWord; slot++)
                    {
                        int number = (word * SlotsAWord) + slot;
                        window += number % SlotsAStep == 0 ? Steps[number / SlotsAStep] * StepUnit : 0;
                        for (int lane = 0; lane < Lanes; lane++)
                        {
                            uint field = Words[(word * Lanes) + lane] >> (slot * fieldBits);
                            byte code = (byte)((field >> IndexBits) & ((1u << CodeBits) - 1));
                            if (codebook[code] != 0)
                                rows.Add(Order[(tile * Lanes) + lane], window + (int)(field & (Window - 1)), code);
                        }
                    }
                }
            }

            rows.EndPass();
        }

        return rows.ToMatrix(Columns, new ReadOnlySpan<float>(Codebook, Rows == 0 ? 0 : _groups * GroupSize), _groups);
    }

    public void Dispose()
    {
        _words.Dispose();
        _steps.Dispose();
        _codebook.Dispose();
        _order.Dispose();
    }

    private static int GetSlotsAWord(int paddedSize) => paddedSize <= 32 ? 3 : 2;

    /// <summary>Brings tiles into the order of their length, the longest first.</summary>
    private static void SortTiles(int[] order, int[] tileWords, int[] tileGroups, List<uint> words, List<byte> steps, int slotsAWord)
    {
        int tiles = tileGroups.Length;
        int[] from = [.. Enumerable.Range(0, tiles).OrderByDescending(tile => tileWords[tile + 1] - tileWords[tile])];
        int[] oldOrder = [.. order], oldWords = [.. tileWords], oldGroups = [.. tileGroups];
        uint[] allWords = [.. words];
        byte[] allSteps = [.. steps];
        words.Clear();
        steps.Clear();
        for (int tile = 0; tile < tiles; tile++)
        {
            int first = oldWords[from[tile]], count = oldWords[from[tile] + 1] - first;
            oldOrder.AsSpan(from[tile] * Lanes, Lanes).CopyTo(order.AsSpan(tile * Lanes));
            words.AddRange(allWords.AsSpan(first * Lanes, count * Lanes));
            steps.AddRange(allSteps.AsSpan(first * slotsAWord / SlotsAStep, count * slotsAWord / SlotsAStep));
            tileGroups[tile] = oldGroups[from[tile]];
            tileWords[tile + 1] = tileWords[tile] + count;
        }
    }

    private static int[] SortRows(CsrMatrix matrix)
    {
        int rowsAGroup = matrix.Rows / matrix.Groups, padded = (rowsAGroup + Lanes - 1) / Lanes * Lanes;
        int[] order = new int[matrix.Groups * padded];
        for (int place = 0; place < order.Length; place++)
            order[place] = -1;
        for (int group = 0; group < matrix.Groups; group++)
        {
            // By counting: sorts of .NET's are compiled for numbers when they are first used.
            int[] places = new int[matrix.Columns + 2]; // the next of the rows that lack so many weights
            places[0] = group * padded;
            for (int row = group * rowsAGroup; row < (group + 1) * rowsAGroup; row++)
                places[Lacking(row) + 1]++;
            for (int lacking = 1; lacking < places.Length; lacking++)
                places[lacking] += places[lacking - 1];
            for (int row = group * rowsAGroup; row < (group + 1) * rowsAGroup; row++)
                order[places[Lacking(row)]++] = row;
        }

        return order;

        int Lacking(int row) => matrix.Columns - (matrix.RowPointers[row + 1] - matrix.RowPointers[row]);
    }
}
