using DeepCompression.Training.Data;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.Training.Procedures;

/// <summary>Copies batches of a source into the inputs and labels of a session.</summary>
internal sealed class BatchFeeder
{
    private readonly TrainingSession _session;
    private readonly IBatchSource _source;
    private readonly List<(int Field, string? Input)> _routes = [];
    private readonly int[] _padded;
    private readonly TeacherLabels? _teacher;

    /// <exception cref="ArgumentException">The data lacks a field that the model wants, or a field has another type or shape.</exception>
    /// <param name="session">Where batches go.</param>
    /// <param name="source">Where they come from.</param>
    /// <param name="labelField">The field of the labels; null where labels are not fed.</param>
    /// <param name="teacher">Who writes the labels instead; null for nobody.</param>
    public BatchFeeder(TrainingSession session, IBatchSource source, string? labelField, TeacherLabels? teacher = null)
    {
        _teacher = teacher;
        _session = session;
        _source = source;
        Batch = new Batch(source.Fields, session.Model.Options.BatchSize);
        _padded = new int[Batch.Size];
        int label = labelField is null ? -1 : Batch.IndexOf(labelField);
        if (label >= 0)
            Route(label, null, session.Model.Labels);
        IReadOnlyList<TrainingInput> inputs = session.Model.Inputs;
        foreach (TrainingInput input in inputs)
        {
            // One input and one field besides the labels belong together whatever they are called.
            int alone = source.Fields.Count == (label < 0 ? 1 : 2) ? (label == 0 ? 1 : 0) : -1;
            int field = inputs.Count == 1 && alone >= 0 ? alone : Batch.IndexOf(input.Name);
            Route(field, input.Name, input);
        }
    }

    public Batch Batch { get; }

    /// <summary>Reads samples into the batch, at most as many as it holds; what is left of it repeats the first sample.</summary>
    public void Read(ReadOnlySpan<int> samples)
    {
        if (samples.Length == Batch.Size)
        {
            _source.Read(samples, Batch);
            return;
        }

        Array.Fill(_padded, samples[0]);
        samples.CopyTo(_padded);
        _source.Read(_padded, Batch);
    }

    /// <summary>Copies the batch to where the next step or evaluation reads it.</summary>
    /// <exception cref="ArgumentException">A label is no class of the model.</exception>
    public void Feed()
    {
        foreach ((int field, string? input) in _routes)
        {
            if (Batch.Fields[field].Type == FieldType.Float32)
                Batch.GetFloats(field).CopyTo(input is null ? _session.Labels<float>() : _session.Input<float>(input));
            else
                Batch.GetIntegers(field).CopyTo(input is null ? CheckedLabels(field) : _session.Input<long>(input));
        }

        _teacher?.Write();
    }

    // The runtime would say that an index is out of range, but not whose.
    private Span<long> CheckedLabels(int field)
    {
        long classes = _session.Model.LogitsType.Shape[^1];
        foreach (long label in Batch.GetIntegers(field))
        {
            if ((ulong)label >= (ulong)classes)
                throw new ArgumentException($"The field '{Batch.Fields[field].Name}' holds the label {label}; the model has the classes 0 to {classes - 1}.");
        }

        return _session.Labels<long>();
    }

    private void Route(int field, string? input, TrainingInput wanted)
    {
        BatchField given = Batch.Fields[field];
        TensorElementType type = given.Type == FieldType.Float32 ? TensorElementType.Float : TensorElementType.Int64;
        if (type != wanted.ElementType)
            throw new ArgumentException($"The field '{given.Name}' holds {given.Type}; {(input is null ? "the labels are" : $"the input '{input}' is")} {wanted.ElementType}.");
        long length = wanted.Shape.Aggregate(1L, (product, dimension) => product * dimension);
        if (length != (long)given.SampleShape.Length * Batch.Size)
            throw new ArgumentException($"A sample of the field '{given.Name}' has shape {given.SampleShape}; {(input is null ? "the labels of a batch have" : $"a batch of the input '{input}' has")} shape {string.Join('x', wanted.Shape)}.");
        _routes.Add((field, input));
    }
}
