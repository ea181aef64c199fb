using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// An LSTM or GRU layer with sparse, shared weights: ONNX semantics, layout 0, default activations, float32.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SparseRecurrent : IDisposable
{
    private readonly SparseLinear[] _input;
    private readonly SparseLinear[] _recurrent;
    private readonly float[] _recurrentBias;
    private readonly float[] _peepholes;

    /// <summary>Builds the layer.</summary>
    /// <param name="geometry">Kind, direction, sizes.</param>
    /// <param name="inputWeights">ONNX W, one matrix a direction, shape (gates x hidden, inputs).</param>
    /// <param name="recurrentWeights">ONNX R, one matrix a direction, shape (gates x hidden, hidden).</param>
    /// <param name="bias">ONNX B, shape (directions, 2 x gates x hidden), or nothing.</param>
    /// <param name="peepholes">ONNX P of an LSTM, shape (directions, 3 x hidden), or nothing.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public SparseRecurrent(RecurrentGeometry geometry, IReadOnlyList<CsrMatrix> inputWeights, IReadOnlyList<CsrMatrix> recurrentWeights, ReadOnlySpan<float> bias = default, ReadOnlySpan<float> peepholes = default, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        ArgumentNullException.ThrowIfNull(inputWeights);
        ArgumentNullException.ThrowIfNull(recurrentWeights);
        int directions = geometry.Directions, rows = geometry.Gates * geometry.Hidden;
        if (inputWeights.Count != directions || recurrentWeights.Count != directions)
            throw new ArgumentException($"{directions} directions need as many weights.", nameof(inputWeights));
        foreach (CsrMatrix matrix in inputWeights)
        {
            if (matrix.Rows != rows || matrix.Columns != geometry.Inputs)
                throw new ArgumentException($"Input weights have the shape ({rows}, {geometry.Inputs}); found ({matrix.Rows}, {matrix.Columns}).", nameof(inputWeights));
        }

        foreach (CsrMatrix matrix in recurrentWeights)
        {
            if (matrix.Rows != rows || matrix.Columns != geometry.Hidden)
                throw new ArgumentException($"Recurrent weights have the shape ({rows}, {geometry.Hidden}); found ({matrix.Rows}, {matrix.Columns}).", nameof(recurrentWeights));
        }

        if (bias.Length != 0 && bias.Length != directions * 2 * rows)
            throw new ArgumentException($"The bias has {directions * 2 * rows} numbers; found {bias.Length}.", nameof(bias));
        if (peepholes.Length != 0 && (geometry.Kind != RecurrentKind.Lstm || peepholes.Length != directions * 3 * geometry.Hidden))
            throw new ArgumentException($"Peepholes belong to an LSTM and are {directions * 3 * geometry.Hidden} numbers; found {peepholes.Length}.", nameof(peepholes));

        Geometry = geometry;
        _peepholes = peepholes.ToArray();
        _recurrentBias = new float[directions * rows];
        _input = new SparseLinear[directions];
        _recurrent = new SparseLinear[directions];
        for (int d = 0; d < directions; d++)
        {
            float[] inputBias = new float[rows];
            for (int row = 0; row < rows && !bias.IsEmpty; row++)
            {
                inputBias[row] = bias[(d * 2 * rows) + row];
                _recurrentBias[(d * rows) + row] = bias[(d * 2 * rows) + rows + row];
            }

            _input[d] = new SparseLinear(inputWeights[d], inputBias, default, options);
            _recurrent[d] = new SparseLinear(recurrentWeights[d], _recurrentBias.AsSpan(d * rows, rows), default, options);
        }
    }

    /// <summary>Kind, direction, sizes.</summary>
    public RecurrentGeometry Geometry { get; }

    /// <summary>Bytes that the layouts built so far hold.</summary>
    public long ResidentBytes => _input.Sum(layer => layer.ResidentBytes) + _recurrent.Sum(layer => layer.ResidentBytes);

    /// <summary>The number of weights that are not zero.</summary>
    public long NonZeros => _input.Sum(layer => layer.NonZeros) + _recurrent.Sum(layer => layer.NonZeros);

    /// <summary>Computes the layer.</summary>
    /// <param name="arguments">Inputs and outputs.</param>
    /// <param name="runner">The caller's threads.</param>
    public void Compute(in RecurrentArguments arguments, IParallelRunner runner)
    {
        throw new NotSupportedException("Not yet.");
    }

    /// <summary>Frees the layouts.</summary>
    public void Dispose()
    {
        foreach (SparseLinear layer in (SparseLinear[])[.. _input, .. _recurrent])
            layer.Dispose();
    }
}
