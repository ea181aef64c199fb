namespace DeepCompression.Training.Data;

/// <summary>The samples of another source with some of its fields.</summary>
internal sealed class FieldsSource : IBatchSource
{
    private readonly IBatchSource _source;
    private readonly int[] _fields;
    private Batch? _whole;

    public FieldsSource(IBatchSource source, int[] fields)
    {
        _source = source;
        _fields = fields;
        Fields = [.. fields.Select(i => source.Fields[i])];
    }

    public int Count => _source.Count;

    public IReadOnlyList<BatchField> Fields { get; }

    public void Read(ReadOnlySpan<int> samples, Batch batch)
    {
        batch.CheckFits(Fields, samples.Length);
        if (_whole?.Size != batch.Size)
            _whole = new Batch(_source.Fields, batch.Size);
        _source.Read(samples, _whole);
        for (int i = 0; i < _fields.Length; i++)
        {
            if (Fields[i].Type == FieldType.Float32)
                _whole.GetFloats(_fields[i]).CopyTo(batch.GetFloats(i), 0);
            else
                _whole.GetIntegers(_fields[i]).CopyTo(batch.GetIntegers(i), 0);
        }
    }
}
