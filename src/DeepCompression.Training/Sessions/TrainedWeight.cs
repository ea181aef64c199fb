using System.Numerics;
using System.Runtime.InteropServices;
using DeepCompression.Training.Graphs;
using DeepCompression.Training.Sessions;
using DeepCompression.WeightSharing;

namespace DeepCompression.Training;

/// <summary>A weight in training: its values, which the runtime reads in place, and how they may move.</summary>
public sealed class TrainedWeight : IDisposable
{
    private const int ParallelLength = 1 << 17; // elements from which an update is shared between threads

    private readonly TensorBuffer _values;
    private readonly TensorBuffer _gradient;
    private readonly Optimizer _optimizer;
    private readonly int _threads;
    private TensorBuffer? _mask;
    private SharedState? _shared;
    private TensorBuffer[] _state;

    internal TrainedWeight(TrainableWeight description, ReadOnlySpan<float> values, Optimizer optimizer, int threads)
    {
        Description = description;
        _optimizer = optimizer;
        _threads = threads;
        TensorType type = new(TensorProtos.Float, description.Shape.Dimensions.ToArray());
        _values = new TensorBuffer(type);
        _gradient = new TensorBuffer(type);
        _state = NewState(type);
        values.CopyTo(Values);
    }

    /// <summary>The name of the weight in the model.</summary>
    public string Name => Description.Name;

    /// <summary>The shape of the weight.</summary>
    public TensorShape Shape => Description.Shape;

    /// <summary>What the weight is free to become. Set by <see cref="SetFree"/>, <see cref="SetMask"/> and <see cref="SetCodebook"/>.</summary>
    public WeightForm Form { get; private set; }

    /// <summary>The values, row-major. Who writes to those of a masked or shared weight calls the method that sets its form again.</summary>
    public Span<float> Values => _values.Span<float>();

    /// <summary>The gradient of the last step, row-major.</summary>
    public ReadOnlySpan<float> Gradient => _gradient.Span<float>();

    /// <summary>The centroids of a shared weight, shape (groups, size) row-major; empty for others. Who writes to them calls <see cref="SpreadCentroids"/>.</summary>
    public Span<float> Centroids => _shared is null ? [] : _shared.Centroids.Span<float>();

    /// <summary>The codes of a shared weight, one an element; empty for others.</summary>
    public ReadOnlyMemory<byte> Codes => _shared?.Codes ?? default;

    /// <summary>1 where a masked weight's element is kept and 0 where it is pruned; empty for others.</summary>
    public ReadOnlySpan<float> Mask => Form == WeightForm.Masked ? _mask!.Span<float>() : [];

    /// <summary>Whether steps leave the weight as it is. False by default.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>What the session's learning rate is multiplied by; 1 by default.</summary>
    public float LearningRateScale { get; set; } = 1;

    /// <summary>What the sign of an element adds to its gradient; 0 by default.</summary>
    public float L1 { get; set; }

    /// <summary>What an element, times this, adds to its gradient; 0 by default.</summary>
    public float L2 { get; set; }

    /// <summary>Which gradient the centroids of a shared weight follow.</summary>
    public CentroidGradient CentroidGradient { get; set; }

    internal TrainableWeight Description { get; }

    internal TensorBuffer ValueBuffer => _values;

    internal TensorBuffer GradientBuffer => _gradient;

    /// <summary>A value that the optimizer keeps, by its name: one an element, or one a centroid of a shared weight. For checkpoints.</summary>
    /// <param name="name">One of <see cref="Optimizer.StateNames"/>.</param>
    /// <returns>The values, in place.</returns>
    /// <exception cref="ArgumentException">The optimizer keeps nothing of that name.</exception>
    public Span<float> OptimizerState(string name)
    {
        int place = _optimizer.StateNames.ToList().IndexOf(name);
        if (place < 0)
            throw new ArgumentException($"The optimizer keeps {string.Join(", ", _optimizer.StateNames)}; it keeps no '{name}'.", nameof(name));
        return _state[place].Span<float>();
    }

    /// <summary>Lets every element move by itself. Values stay; the optimizer starts anew where the weight was shared.</summary>
    public void SetFree()
    {
        Reset(WeightForm.Free);
    }

    /// <summary>Prunes the weight: elements outside the mask become zero and stay zero, and so does what the optimizer keeps for them.</summary>
    /// <param name="kept">One flag an element: whether it is kept.</param>
    /// <exception cref="ArgumentException">There is not one flag an element.</exception>
    public void SetMask(ReadOnlySpan<bool> kept)
    {
        if (kept.Length != Shape.Length)
            throw new ArgumentException($"Weight '{Name}' has {Shape.Length} elements; the mask has {kept.Length}.", nameof(kept));
        Reset(WeightForm.Masked);
        _mask ??= new TensorBuffer(_values.Type);
        Span<float> mask = _mask.Span<float>();
        for (int i = 0; i < kept.Length; i++)
            mask[i] = kept[i] ? 1 : 0;
        Clear(Values, kept);
        foreach (TensorBuffer state in _state)
            Clear(state.Span<float>(), kept);
    }

    /// <summary>Shares the weight: its values become those of the tensor, and from now on only centroids move (Han et al. 2016, section 3.3).</summary>
    /// <param name="tensor">The codebook and the codes; of the weight's shape, float32. Where the codebook has a zero, it stays zero.</param>
    /// <exception cref="ArgumentException">The tensor has another shape or element type.</exception>
    public void SetCodebook(CodedTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Shape != Shape)
            throw new ArgumentException($"Weight '{Name}' has shape {Shape}; the coded tensor has {tensor.Shape}.", nameof(tensor));
        if (tensor.ElementType != ElementType.Float32)
            throw new ArgumentException($"Weight '{Name}' is trained as Float32; the codebook is {tensor.ElementType}.", nameof(tensor));
        Reset(WeightForm.Shared);
        _shared = new SharedState(tensor);
        _state = NewState(_shared.Centroids.Type);
        _shared.Spread(Values);
    }

    /// <summary>Sets every element of a shared weight to the centroid of its code.</summary>
    /// <exception cref="InvalidOperationException">The weight is not shared.</exception>
    public void SpreadCentroids() => (_shared ?? throw NotShared()).Spread(Values);

    /// <summary>The codebook and the codes of a shared weight.</summary>
    /// <returns>A tensor that holds a copy of the centroids as they are now.</returns>
    /// <exception cref="InvalidOperationException">The weight is not shared.</exception>
    public CodedTensor ToCodedTensor()
    {
        SharedState shared = _shared ?? throw NotShared();
        return new CodedTensor(Shape, new Codebook(ElementType.Float32, shared.Groups, shared.Centroids.Bytes.ToArray()), shared.Codes);
    }

    /// <summary>Sets the form that the values already have: their zeros are the mask, their distinct values the codebook.</summary>
    internal void TakeForm(WeightForm form)
    {
        if (form == WeightForm.Masked)
        {
            bool[] kept = new bool[Values.Length];
            for (int i = 0; i < kept.Length; i++)
                kept[i] = Values[i] != 0;
            SetMask(kept);
        }
        else if (form == WeightForm.Shared)
        {
            SetCodebook(LosslessSharer.TryShare(new PrunedTensor(ElementType.Float32, Shape, MemoryMarshal.AsBytes(Values).ToArray()))
                ?? throw new ArgumentException($"Weight '{Name}' has more than {Codebook.MaxSize} distinct values; it cannot start as a shared one."));
        }
    }

    /// <summary>Releases the memory that is shared with the runtime.</summary>
    public void Dispose()
    {
        _values.Dispose();
        _gradient.Dispose();
        _mask?.Dispose();
        _shared?.Dispose();
        foreach (TensorBuffer state in _state)
            state.Dispose();
    }

    /// <summary>The sum of the squares of the gradient, as far as the weight follows it.</summary>
    internal double GradientSquares()
    {
        ReadOnlySpan<Vector<float>> gradient = MemoryMarshal.Cast<float, Vector<float>>(_gradient.Vectors);
        ReadOnlySpan<Vector<float>> mask = Form == WeightForm.Masked ? MemoryMarshal.Cast<float, Vector<float>>(_mask!.Vectors) : [];
        Vector<double> sum = Vector<double>.Zero;
        for (int i = 0; i < gradient.Length; i++)
        {
            Vector<float> g = mask.IsEmpty ? gradient[i] : gradient[i] * mask[i];
            Vector.Widen(g * g, out Vector<double> low, out Vector<double> high);
            sum += low + high;
        }

        return Vector.Sum(sum);
    }

    internal void Update(in UpdateStep step)
    {
        UpdateStep scaled = step with { LearningRate = step.LearningRate * LearningRateScale, L1 = L1, L2 = L2 };
        if (_shared is { } shared)
        {
            shared.Gather(_gradient.Span<float>(), CentroidGradient);
            Move(shared.Centroids.Vectors, shared.Gradient.Vectors, shared.Mask.Vectors, 0, shared.Centroids.Vectors.Length, scaled);
            shared.Spread(Values);
            return;
        }

        int length = _values.Vectors.Length;
        int parts = length < ParallelLength ? 1 : _threads;
        if (parts == 1)
        {
            MovePart(0, length, scaled);
            return;
        }

        const int Unit = 64; // elements: parts are whole cache lines and vectors
        int part = (length + (parts * Unit) - 1) / (parts * Unit) * Unit;
        Parallel.For(0, parts, i => MovePart(Math.Min(i * part, length), Math.Min(part, Math.Max(length - (i * part), 0)), scaled));
    }

    private void MovePart(int start, int length, in UpdateStep step) =>
        Move(_values.Vectors, _gradient.Vectors, Form == WeightForm.Masked ? _mask!.Vectors : [], start, length, step);

    private void Move(Span<float> values, ReadOnlySpan<float> gradient, ReadOnlySpan<float> mask, int start, int length, in UpdateStep step)
    {
        Span<float> first = _state.Length > 0 ? _state[0].Vectors.Slice(start, length) : [];
        Span<float> second = _state.Length > 1 ? _state[1].Vectors.Slice(start, length) : [];
        _optimizer.Update(values.Slice(start, length), gradient.Slice(start, length), first, second, mask.IsEmpty ? [] : mask.Slice(start, length), step);
    }

    private void Reset(WeightForm form)
    {
        Form = form;
        if (_shared is null)
            return;
        _shared.Dispose();
        _shared = null;
        foreach (TensorBuffer state in _state)
            state.Dispose();
        _state = NewState(_values.Type);
    }

    private TensorBuffer[] NewState(TensorType type) => [.. _optimizer.StateNames.Select(_ => new TensorBuffer(type))];

    private InvalidOperationException NotShared() => new($"Weight '{Name}' is {Form}, not shared.");

    private static void Clear(Span<float> values, ReadOnlySpan<bool> kept)
    {
        for (int i = 0; i < kept.Length; i++)
            values[i] = kept[i] ? values[i] : 0;
    }
}
