using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// A fully connected layer with sparse, shared weights: y = activation(x Wᵀ + bias), float32.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SparseLinear : IDisposable
{
    private readonly CsrMatrix _weights;
    private readonly float[] _bias;
    private readonly Activation _activation;

    /// <summary>Builds the layer.</summary>
    /// <param name="weights">The weights, shape (outputs, inputs).</param>
    /// <param name="bias">One number an output, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The bias has another length than 0 or the number of outputs.</exception>
    public SparseLinear(CsrMatrix weights, ReadOnlySpan<float> bias = default, Activation activation = default, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (bias.Length != 0 && bias.Length != weights.Rows)
            throw new ArgumentException($"{weights.Rows} outputs need as many biases; found {bias.Length}.", nameof(bias));
        _weights = weights;
        _bias = bias.IsEmpty ? new float[weights.Rows] : bias.ToArray();
        _activation = activation;
        Prepare(options?.Batches is { Count: > 0 } batches ? batches[0] : 1);
    }

    /// <summary>The number of inputs.</summary>
    public int Inputs => _weights.Columns;

    /// <summary>The number of outputs.</summary>
    public int Outputs => _weights.Rows;

    /// <summary>The number of weights that are not zero.</summary>
    public long NonZeros => _weights.NonZeros;

    /// <summary>Bytes that the layouts built so far hold.</summary>
    public long ResidentBytes => 0;

    /// <summary>Builds what a batch of this size needs, so that the first call need not.</summary>
    /// <param name="batch">Rows of x.</param>
    public void Prepare(int batch) => ArgumentOutOfRangeException.ThrowIfNegative(batch);

    /// <summary>Computes the layer.</summary>
    /// <param name="x">The inputs, shape (batch, inputs) row-major.</param>
    /// <param name="y">The outputs, shape (batch, outputs) row-major.</param>
    /// <param name="batch">Rows of x.</param>
    /// <param name="runner">The caller's threads.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Compute(ReadOnlySpan<float> x, Span<float> y, int batch, IParallelRunner runner)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        if (x.Length < (long)batch * Inputs)
            throw new ArgumentException($"{batch} rows of {Inputs} inputs are needed; found {x.Length} numbers.", nameof(x));
        if (y.Length < (long)batch * Outputs)
            throw new ArgumentException($"{batch} rows of {Outputs} outputs are needed; found {y.Length} numbers.", nameof(y));
        fixed (float* px = x, py = y)
            Compute(px, py, batch, runner);
    }

    /// <summary>Computes the layer.</summary>
    /// <param name="x">The inputs, shape (batch, inputs) row-major.</param>
    /// <param name="y">The outputs, shape (batch, outputs) row-major.</param>
    /// <param name="batch">Rows of x.</param>
    /// <param name="runner">The caller's threads.</param>
    public void Compute(float* x, float* y, int batch, IParallelRunner runner)
    {
        int size = _weights.Codebook.Length / _weights.Groups;
        for (int b = 0; b < batch; b++)
        {
            for (int row = 0; row < Outputs; row++)
            {
                int group = row / (Outputs / _weights.Groups);
                float sum = _bias[row];
                for (int e = _weights.RowPointers[row]; e < _weights.RowPointers[row + 1]; e++)
                    sum += _weights.Codebook[(group * size) + _weights.Codes[e]] * x[((long)b * Inputs) + _weights.ColumnIndices[e]];
                y[((long)b * Outputs) + row] = _activation.Apply(sum);
            }
        }
    }

    /// <summary>Frees the layouts.</summary>
    public void Dispose()
    {
    }
}
