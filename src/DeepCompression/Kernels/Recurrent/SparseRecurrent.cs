using System.Runtime.CompilerServices;
using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// An LSTM or GRU layer with sparse, shared weights: ONNX semantics, layout 0, default activations, float32.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SparseRecurrent : IDisposable
{
    private const int LikelySteps = 64; // of a sequence: all are projected at once, by another layout than a few

    private readonly SparseLinear[] _input;
    private readonly RecurrentPart[][] _parts;
    private readonly UnitOrder[] _orders; // one a direction; in it are all states and products while a call lasts
    private readonly NativeBuffer _recurrentBias;
    private readonly NativeBuffer? _peepholes;
    private readonly VectorWidth _width;
    private readonly ScratchPool _scratch = new();

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
        options ??= KernelOptions.Default;
        _width = options.Width ?? KernelDispatch.Selected;
        NonZeros = inputWeights.Sum(matrix => (long)matrix.NonZeros) + recurrentWeights.Sum(matrix => (long)matrix.NonZeros);
        float[] recurrentBias = new float[directions * rows];
        _input = new SparseLinear[directions];
        _parts = new RecurrentPart[directions][];
        _orders = new UnitOrder[directions];
        float[] ownPeepholes = new float[peepholes.Length];
        for (int d = 0; d < directions; d++)
        {
            UnitOrder order = _orders[d] = new UnitOrder(geometry, recurrentWeights[d], inputWeights[d]);
            float[] inputBias = new float[rows], secondBias = new float[rows], ordered = new float[rows];
            for (int row = 0; row < rows && !bias.IsEmpty; row++)
            {
                // Both biases are added to the projection, but for the one that a GRU's reset gate scales.
                bool apart = geometry is { Kind: RecurrentKind.Gru, LinearBeforeReset: true } && row >= 2 * geometry.Hidden;
                inputBias[row] = bias[(d * 2 * rows) + row] + (apart ? 0 : bias[(d * 2 * rows) + rows + row]);
                secondBias[row] = apart ? bias[(d * 2 * rows) + rows + row] : 0;
            }

            order.Permute(inputBias, ordered);
            order.Permute(secondBias, recurrentBias.AsSpan(d * rows, rows));
            if (!peepholes.IsEmpty)
                order.Permute(peepholes.Slice(d * 3 * geometry.Hidden, 3 * geometry.Hidden), ownPeepholes.AsSpan(d * 3 * geometry.Hidden));
            _input[d] = new SparseLinear(order.Permute(inputWeights[d], readsUnits: false), ordered, default, options.Batches.Count > 0 ? options : options with { Batches = [LikelySteps] });
            _parts[d] = RecurrentPart.Split(geometry, order.Permute(recurrentWeights[d], readsUnits: true), options.Degree ?? Environment.ProcessorCount);
        }

        _recurrentBias = NativeBuffer.Copy(recurrentBias);
        if (!peepholes.IsEmpty)
            _peepholes = NativeBuffer.Copy([.. ownPeepholes, .. new float[SlidingLayout.Lanes]]);
    }

    /// <summary>Kind, direction, sizes.</summary>
    public RecurrentGeometry Geometry { get; }

    /// <summary>Bytes that the layouts built so far hold.</summary>
    public long ResidentBytes => _input.Sum(layer => layer.ResidentBytes) + _parts.Sum(parts => parts.Sum(part => part.Bytes)) + _recurrentBias.Bytes + (_peepholes?.Bytes ?? 0);

    /// <summary>The number of weights that are not zero.</summary>
    public long NonZeros { get; }

    /// <summary>Computes the layer.</summary>
    /// <param name="arguments">Inputs and outputs.</param>
    /// <param name="runner">The caller's threads.</param>
    public void Compute(in RecurrentArguments arguments, IParallelRunner runner)
    {
        int directions = Geometry.Directions, hidden = Geometry.Hidden, batch = arguments.Batch, rows = Geometry.Gates * hidden;
        if (batch == 0 || hidden == 0)
            return;
        int stateLength = (hidden + SlidingLayout.InputPadding + 15) / 16 * 16;
        // A vector of room between two steps: at a distance of a power of two, rows fall on the same cache sets.
        int projectedStride = ((rows + 15) / 16 * 16) + SlidingLayout.Lanes;
        long projectedLength = (long)arguments.Steps * batch * projectedStride, productLength = ((long)batch * rows) + SlidingLayout.Lanes;
        productLength = (productLength + 15) / 16 * 16;
        long states = (long)batch * stateLength, length = projectedLength + productLength + (4 * states);
        NativeBuffer scratch = _scratch.Rent(sizeof(float) * directions * length);
        Work work = new()
        {
            Layer = this, Arguments = arguments, StateLength = stateLength, Length = length, Projected = (float*)scratch.Pointer, ProjectedStride = projectedStride,
            Products = projectedLength, States = projectedLength + productLength, StateStride = states,
        };
        for (int d = 0; d < directions; d++)
        {
            float* own = work.Projected + (d * length);
            new Span<float>(own + work.States, (int)(4 * states)).Clear();
            for (int b = 0; b < batch; b++)
            {
                long from = (((long)d * batch) + b) * hidden;
                if (arguments.InitialHidden != null)
                    ReadState(d, arguments.InitialHidden + from, own + work.States + ((long)b * stateLength));
                if (arguments.InitialCell != null)
                    ReadState(d, arguments.InitialCell + from, own + work.States + (3 * states) + ((long)b * stateLength));
            }

            if (arguments.Steps > 0)
                _input[d].Compute(arguments.X, own, projectedStride, arguments.Steps * batch, runner);
        }

        int phases = arguments.Steps * PhasesAStep;
        PhasedParts.Run(arguments.Y == null ? phases : phases + 1, directions * _parts[0].Length, &Step, Unsafe.AsPointer(ref work), runner);
        WriteLast(work);
        _scratch.Return(scratch);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the layouts.</summary>
    public void Dispose()
    {
        foreach (SparseLinear layer in _input)
            layer.Dispose();
        foreach (RecurrentPart part in _parts.SelectMany(parts => parts))
            part.Dispose();
        _recurrentBias.Dispose();
        _peepholes?.Dispose();
        _scratch.Dispose();
    }

    private int PhasesAStep => Geometry is { Kind: RecurrentKind.Gru, LinearBeforeReset: false } ? 2 : 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step(void* context, int phase, int index)
    {
        ref Work work = ref Unsafe.AsRef<Work>(context);
        SparseRecurrent layer = work.Layer;
        int direction = index / layer._parts[0].Length, step = phase / layer.PhasesAStep;
        RecurrentPart part = layer._parts[direction][index % layer._parts[0].Length];
        int hidden = layer.Geometry.Hidden, rows = layer.Geometry.Gates * hidden, batch = work.Arguments.Batch;
        float* own = work.Projected + (direction * work.Length), products = own + work.Products, bias = (float*)layer._recurrentBias.Pointer + (direction * rows);
        float* before = own + work.States + (step % 2 * work.StateStride), after = own + work.States + ((1 - (step % 2)) * work.StateStride);
        float* reset = own + work.States + (2 * work.StateStride), cell = own + work.States + (3 * work.StateStride);
        bool second = phase % layer.PhasesAStep == 1;
        if (step > 0 && !second && work.Arguments.Y != null)
            WriteOutputs(work, direction, step - 1, part.FirstUnit, part.EndUnit, before);
        if (step == work.Arguments.Steps)
            return;
        SlidingLayout layout = second ? part.Hidden! : part.Gates;
        SlidingProduct.Run(layout, layer._width, 0, layout.Tiles, second ? reset : before, work.StateLength, products, rows, batch, bias, default);

        float clip = layer.Geometry.Clip ?? float.PositiveInfinity;
        for (int b = 0; b < batch; b++)
        {
            (int time, bool over) = work.GetTime(direction, step, b);
            float* input = own + ((((long)time * batch) + b) * work.ProjectedStride), product = products + ((long)b * rows);
            float* previous = before + ((long)b * work.StateLength), state = after + ((long)b * work.StateLength), resetState = reset + ((long)b * work.StateLength);
            if (layer.PhasesAStep == 2 && !second)
            {
                RecurrentGates.GruReset(input, product, hidden, part.FirstUnit, part.EndUnit, previous, resetState, clip);
                continue;
            }

            int units = part.EndUnit - part.FirstUnit;
            if (over)
                new ReadOnlySpan<float>(previous + part.FirstUnit, units).CopyTo(new Span<float>(state + part.FirstUnit, units));
            else if (layer.Geometry.Kind == RecurrentKind.Lstm)
                RecurrentGates.Lstm(input, product, hidden, part.FirstUnit, part.EndUnit, cell + ((long)b * work.StateLength), state, layer.GetPeepholes(direction), clip);
            else if (second)
                RecurrentGates.GruFinish(input, product, hidden, part.FirstUnit, part.EndUnit, previous, state, clip);
            else
                RecurrentGates.GruLinear(input, product, hidden, part.FirstUnit, part.EndUnit, previous, state, clip);
        }
    }

    /// <summary>
    /// Writes the outputs of some units of a step that is over: a run of units, of which every part has computed some. Were each
    /// part to write what it computes, threads would take the same cache lines from each other.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteOutputs(in Work work, int direction, int step, int first, int end, float* states)
    {
        SparseRecurrent layer = work.Layer;
        for (int b = 0; b < work.Arguments.Batch; b++)
        {
            (int time, bool over) = work.GetTime(direction, step, b);
            float* y = work.Arguments.Y + ((((((long)time * layer.Geometry.Directions) + direction) * work.Arguments.Batch) + b) * layer.Geometry.Hidden) + first;
            if (over)
                new Span<float>(y, end - first).Clear();
            else
                layer._orders[direction].Restore(states + ((long)b * work.StateLength), first, end - first, y);
        }
    }

    private static void WriteLast(in Work work)
    {
        RecurrentGeometry geometry = work.Layer.Geometry;
        for (int d = 0; d < geometry.Directions; d++)
        {
            float* states = work.Projected + (d * work.Length) + work.States;
            float* last = states + (work.Arguments.Steps % 2 * work.StateStride), cell = states + (3 * work.StateStride);
            for (int b = 0; b < work.Arguments.Batch; b++)
            {
                long to = (((long)d * work.Arguments.Batch) + b) * geometry.Hidden, from = (long)b * work.StateLength;
                if (work.Arguments.LastHidden != null)
                    work.Layer._orders[d].Restore(last + from, 0, geometry.Hidden, work.Arguments.LastHidden + to);
                if (work.Arguments.LastCell != null)
                    work.Layer._orders[d].Restore(cell + from, 0, geometry.Hidden, work.Arguments.LastCell + to);
            }
        }
    }

    private void ReadState(int direction, float* source, float* state)
    {
        _orders[direction].Permute(new ReadOnlySpan<float>(source, Geometry.Hidden), new Span<float>(state, Geometry.Hidden));
        Denormals.Flush(state, Geometry.Hidden);
    }

    private float* GetPeepholes(int direction) => _peepholes is null ? null : (float*)_peepholes.Pointer + ((long)direction * 3 * Geometry.Hidden);

    private struct Work
    {
        public SparseRecurrent Layer;
        public RecurrentArguments Arguments;
        public int StateLength;
        public long Length;        // numbers a direction
        public float* Projected;
        public int ProjectedStride; // numbers from the projection of an input to that of the next
        public long Products;      // where the products of a direction start, in numbers
        public long States;        // where two hidden states, the reset state and the cell start
        public long StateStride;

        /// <summary>Which element of a sequence a step takes, and whether the sequence has ended before it.</summary>
        public readonly (int Time, bool Over) GetTime(int direction, int step, int sequence)
        {
            int length = Arguments.SequenceLengths == null ? Arguments.Steps : Arguments.SequenceLengths[sequence];
            bool reverse = Layer.Geometry.Direction == RecurrentDirection.Reverse || direction == 1, over = step >= length;
            return (reverse && !over ? length - 1 - step : step, over);
        }
    }
}
