namespace DeepCompression.Kernels;

/// <summary>
/// A fully connected layer whose weights share centroids but are not pruned: y = activation(x Wᵀ + bias), float32.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SharedLinear : IDisposable
{
    private readonly byte[] _codes;
    private readonly float[] _codebook;
    private readonly float[] _bias;
    private readonly int _groups;
    private readonly Activation _activation;

    /// <summary>Builds the layer.</summary>
    /// <param name="codes">One code a weight, shape (outputs, inputs) row-major, or (inputs, outputs) where <paramref name="transposed"/>.</param>
    /// <param name="codebook">The centroids, shape (groups, size) row-major; a group is a run of outputs.</param>
    /// <param name="groups">Groups of the codebook.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="transposed">Whether the codes come as (inputs, outputs).</param>
    /// <param name="bias">One number an output, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public SharedLinear(ReadOnlySpan<byte> codes, ReadOnlySpan<float> codebook, int groups, int outputs, int inputs, bool transposed = false, ReadOnlySpan<float> bias = default, Activation activation = default, KernelOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(outputs);
        ArgumentOutOfRangeException.ThrowIfNegative(inputs);
        if (codes.Length != (long)outputs * inputs)
            throw new ArgumentException($"{outputs} x {inputs} weights need as many codes; found {codes.Length}.", nameof(codes));
        if (outputs % groups != 0 || codebook.Length % groups != 0)
            throw new ArgumentException("Groups divide the codebook and the outputs evenly.", nameof(groups));
        if (bias.Length != 0 && bias.Length != outputs)
            throw new ArgumentException($"{outputs} outputs need as many biases; found {bias.Length}.", nameof(bias));
        (Outputs, Inputs, _groups, _activation) = (outputs, inputs, groups, activation);
        _codebook = codebook.ToArray();
        _bias = bias.IsEmpty ? new float[outputs] : bias.ToArray();
        _codes = new byte[codes.Length];
        for (int row = 0; row < outputs; row++)
        {
            for (int column = 0; column < inputs; column++)
                _codes[(row * inputs) + column] = codes[transposed ? (column * outputs) + row : (row * inputs) + column];
        }
    }

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>The number of outputs.</summary>
    public int Outputs { get; }

    /// <summary>Bytes that the layer holds.</summary>
    public long ResidentBytes => _codes.Length;

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
        int size = _codebook.Length / _groups;
        for (int b = 0; b < batch; b++)
        {
            for (int row = 0; row < Outputs; row++)
            {
                float sum = _bias[row];
                int group = row / (Outputs / _groups);
                for (int column = 0; column < Inputs; column++)
                    sum += _codebook[(group * size) + _codes[(row * Inputs) + column]] * x[((long)b * Inputs) + column];
                y[((long)b * Outputs) + row] = _activation.Apply(sum);
            }
        }
    }

    /// <summary>Frees the layout.</summary>
    public void Dispose()
    {
    }
}
