namespace DeepCompression.Pruning;

/// <summary>A matrix cut into blocks; those at the lower and right edges may be smaller. Blocks are numbered row-major.</summary>
internal readonly record struct BlockGrid(int Rows, int Columns, int BlockRows, int BlockColumns)
{
    private int Down => (int)(((long)Rows + BlockRows - 1) / BlockRows);

    private int Across => (int)(((long)Columns + BlockColumns - 1) / BlockColumns);

    /// <summary>The mean saliency of every block, so that smaller blocks at the edges are judged alike.</summary>
    public float[] Means(ReadOnlySpan<float> saliency)
    {
        double[] sums = new double[Down * Across];
        int[] counts = new int[sums.Length];
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                int block = BlockOf(row, column);
                sums[block] += saliency[row * Columns + column];
                counts[block]++;
            }
        }

        float[] means = new float[sums.Length];
        for (int i = 0; i < means.Length; i++)
            means[i] = (float)(sums[i] / counts[i]);
        return means;
    }

    /// <summary>The mask of the elements from the mask of the blocks.</summary>
    public SparsityMask Expand(SparsityMask blocks)
    {
        ulong[] words = SparsityMask.NewWords(Rows * Columns);
        for (int row = 0, index = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++, index++)
                words[index >> 6] |= (blocks[BlockOf(row, column)] ? 1UL : 0) << (index & 63);
        }

        return new SparsityMask(Rows * Columns, words);
    }

    private int BlockOf(int row, int column) => row / BlockRows * Across + column / BlockColumns;
}
