namespace DeepCompression.Training.Data;

/// <summary>The tensors of some samples, in memory that is used again from step to step.</summary>
public sealed class Batch
{
    private readonly Array[] _buffers;

    /// <summary>Makes an empty batch.</summary>
    /// <param name="fields">The tensors of a sample.</param>
    /// <param name="size">The number of samples, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is less than 1, or a tensor would have more elements than an array can hold.</exception>
    public Batch(IReadOnlyList<BatchField> fields, int size)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Fields = fields;
        Size = size;
        _buffers = [.. fields.Select(field => Allocate(field, size))];
    }

    /// <summary>The tensors of a sample.</summary>
    public IReadOnlyList<BatchField> Fields { get; }

    /// <summary>The number of samples.</summary>
    public int Size { get; }

    /// <summary>The shape of a tensor of the whole batch: the samples, then the shape of one.</summary>
    /// <param name="field">The number of the tensor in <see cref="Fields"/>.</param>
    public TensorShape GetShape(int field) => new([Size, .. Fields[field].SampleShape.Dimensions]);

    /// <summary>The number of the tensor of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">There is no tensor of this name.</exception>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Name == name)
                return i;
        }

        throw new ArgumentException($"The data has no field '{name}'; it has {string.Join(", ", Fields.Select(f => $"'{f.Name}'"))}.", nameof(name));
    }

    /// <summary>The elements of a float tensor, row-major, one sample after the other.</summary>
    /// <param name="field">The number of the tensor in <see cref="Fields"/>.</param>
    /// <exception cref="ArgumentException">The tensor has another type.</exception>
    public float[] GetFloats(int field) => _buffers[field] as float[]
        ?? throw new ArgumentException($"The field '{Fields[field].Name}' holds {Fields[field].Type}.", nameof(field));

    /// <summary>The elements of an integer tensor, row-major, one sample after the other.</summary>
    /// <param name="field">The number of the tensor in <see cref="Fields"/>.</param>
    /// <exception cref="ArgumentException">The tensor has another type.</exception>
    public long[] GetIntegers(int field) => _buffers[field] as long[]
        ?? throw new ArgumentException($"The field '{Fields[field].Name}' holds {Fields[field].Type}.", nameof(field));

    internal void CheckFits(IReadOnlyList<BatchField> fields, int samples)
    {
        if (!fields.SequenceEqual(Fields))
            throw new ArgumentException("The batch was made for other fields than this source has.");
        if (samples > Size)
            throw new ArgumentException($"The batch holds {Size} samples; {samples} are asked for.");
    }

    private static Array Allocate(BatchField field, int size)
    {
        long length = (long)field.SampleShape.Length * size;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Array.MaxLength, nameof(size));
        return field.Type == FieldType.Float32 ? new float[length] : new long[length];
    }
}
