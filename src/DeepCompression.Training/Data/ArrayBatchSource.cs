namespace DeepCompression.Training.Data;

/// <summary>Samples that are all in memory.</summary>
public sealed class ArrayBatchSource : IBatchSource
{
    private readonly ArrayColumn[] _columns;

    /// <summary>Makes a source of its tensors.</summary>
    /// <param name="columns">The tensors, each with as many samples as the others.</param>
    /// <exception cref="ArgumentException">There is no tensor, two have the same name, or their numbers of samples differ.</exception>
    public ArrayBatchSource(params IEnumerable<ArrayColumn> columns)
    {
        _columns = [.. columns];
        if (_columns.Length == 0)
            throw new ArgumentException("Data needs at least one field.", nameof(columns));
        foreach (ArrayColumn column in _columns)
        {
            if (column.Count != _columns[0].Count)
                throw new ArgumentException($"'{column.Field.Name}' has {column.Count} samples, '{_columns[0].Field.Name}' {_columns[0].Count}.", nameof(columns));
        }

        Fields = [.. _columns.Select(column => column.Field)];
        if (Fields.DistinctBy(field => field.Name).Count() != Fields.Count)
            throw new ArgumentException("Two fields have the same name.", nameof(columns));
    }

    /// <inheritdoc/>
    public int Count => _columns[0].Count;

    /// <inheritdoc/>
    public IReadOnlyList<BatchField> Fields { get; }

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> samples, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.CheckFits(Fields, samples.Length);
        foreach (int sample in samples)
        {
            if ((uint)sample >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(samples), sample, $"The data has {Count} samples.");
        }

        for (int i = 0; i < _columns.Length; i++)
            _columns[i].Read(samples, batch, i);
    }
}
