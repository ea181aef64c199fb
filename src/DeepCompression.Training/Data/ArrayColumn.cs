namespace DeepCompression.Training.Data;

/// <summary>All samples of one tensor in memory.</summary>
public abstract class ArrayColumn
{
    private protected ArrayColumn(BatchField field, int elements)
    {
        int perSample = field.SampleShape.Length;
        if (perSample == 0)
            throw new ArgumentException($"A sample of '{field.Name}' has no element.", nameof(field));
        if (elements % perSample != 0)
            throw new ArgumentException($"'{field.Name}' has {elements} elements, no whole number of samples of shape {field.SampleShape}.", nameof(elements));
        Field = field;
        Count = elements / perSample;
    }

    /// <summary>What the tensor is.</summary>
    public BatchField Field { get; }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>Makes a float tensor of an array.</summary>
    /// <param name="name">The name by which a graph asks for it.</param>
    /// <param name="sampleShape">The shape of one sample.</param>
    /// <param name="values">Row-major, one sample after the other. The column keeps this memory.</param>
    /// <exception cref="ArgumentException">The values are no whole number of samples.</exception>
    public static ArrayColumn Floats(string name, TensorShape sampleShape, ReadOnlyMemory<float> values) =>
        new FloatColumn(new BatchField(name, FieldType.Float32, sampleShape), values);

    /// <summary>Makes a float tensor of bytes, which stay bytes in memory: a value is <c>byte x scale</c>.</summary>
    /// <param name="name">The name by which a graph asks for it.</param>
    /// <param name="sampleShape">The shape of one sample.</param>
    /// <param name="values">Row-major, one sample after the other. The column keeps this memory.</param>
    /// <param name="scale">What each byte is multiplied with, for example 1/255.</param>
    /// <exception cref="ArgumentException">The values are no whole number of samples.</exception>
    public static ArrayColumn Bytes(string name, TensorShape sampleShape, ReadOnlyMemory<byte> values, float scale) =>
        new ByteColumn(new BatchField(name, FieldType.Float32, sampleShape), values, scale);

    /// <summary>Makes an integer tensor of an array.</summary>
    /// <param name="name">The name by which a graph asks for it.</param>
    /// <param name="sampleShape">The shape of one sample; scalar for class labels.</param>
    /// <param name="values">Row-major, one sample after the other. The column keeps this memory.</param>
    /// <exception cref="ArgumentException">The values are no whole number of samples.</exception>
    public static ArrayColumn Integers(string name, TensorShape sampleShape, ReadOnlyMemory<long> values) =>
        new IntegerColumn(new BatchField(name, FieldType.Int64, sampleShape), values);

    internal abstract void Read(ReadOnlySpan<int> samples, Batch batch, int field);

    private sealed class FloatColumn(BatchField field, ReadOnlyMemory<float> values) : ArrayColumn(field, values.Length)
    {
        internal override void Read(ReadOnlySpan<int> samples, Batch batch, int field) =>
            Copy(samples, Field.SampleShape.Length, values.Span, batch.GetFloats(field));
    }

    private sealed class IntegerColumn(BatchField field, ReadOnlyMemory<long> values) : ArrayColumn(field, values.Length)
    {
        internal override void Read(ReadOnlySpan<int> samples, Batch batch, int field) =>
            Copy(samples, Field.SampleShape.Length, values.Span, batch.GetIntegers(field));
    }

    private sealed class ByteColumn : ArrayColumn
    {
        private readonly ReadOnlyMemory<byte> _values;
        private readonly float[] _floats = new float[256];

        internal ByteColumn(BatchField field, ReadOnlyMemory<byte> values, float scale)
            : base(field, values.Length)
        {
            _values = values;
            for (int i = 0; i < _floats.Length; i++)
                _floats[i] = i * scale;
        }

        internal override void Read(ReadOnlySpan<int> samples, Batch batch, int field)
        {
            int length = Field.SampleShape.Length;
            ReadOnlySpan<byte> source = _values.Span;
            Span<float> destination = batch.GetFloats(field);
            for (int row = 0; row < samples.Length; row++)
            {
                ReadOnlySpan<byte> from = source.Slice(samples[row] * length, length);
                Span<float> to = destination.Slice(row * length, length);
                for (int i = 0; i < from.Length; i++)
                    to[i] = _floats[from[i]];
            }
        }
    }

    private static void Copy<T>(ReadOnlySpan<int> samples, int length, ReadOnlySpan<T> source, Span<T> destination)
    {
        for (int row = 0; row < samples.Length; row++)
            source.Slice(samples[row] * length, length).CopyTo(destination[(row * length)..]);
    }
}
