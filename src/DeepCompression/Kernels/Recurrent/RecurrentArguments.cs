namespace DeepCompression.Kernels;

/// <summary>What one call of <see cref="SparseRecurrent.Compute"/> reads and writes. Null stands for an input or output that is not there.</summary>
public unsafe struct RecurrentArguments
{
    /// <summary>Steps of the sequence.</summary>
    public int Steps;

    /// <summary>Sequences.</summary>
    public int Batch;

    /// <summary>The input, shape (steps, batch, inputs).</summary>
    public float* X;

    /// <summary>Steps of every sequence, shape (batch); null where all have <see cref="Steps"/>. Values are 0 to <see cref="Steps"/>.</summary>
    public int* SequenceLengths;

    /// <summary>The first hidden state, shape (directions, batch, hidden); null for zeros.</summary>
    public float* InitialHidden;

    /// <summary>LSTM: the first cell state, shape (directions, batch, hidden); null for zeros.</summary>
    public float* InitialCell;

    /// <summary>All hidden states, shape (steps, directions, batch, hidden).</summary>
    public float* Y;

    /// <summary>The last hidden state of every sequence, shape (directions, batch, hidden).</summary>
    public float* LastHidden;

    /// <summary>LSTM: the last cell state of every sequence, shape (directions, batch, hidden).</summary>
    public float* LastCell;
}
