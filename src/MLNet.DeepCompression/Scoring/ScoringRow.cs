using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>One row with the model's outputs, scored when the first of them is read and again when the input has moved on.</summary>
internal sealed class ScoringRow : DataViewRow
{
    private readonly ScoringMapper _mapper;
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly BatchScorer _scorer;
    private long _scored = -1;

    public ScoringRow(ScoringMapper mapper, DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        (_mapper, _input, _active) = (mapper, input, mapper.Activate(activeColumns));
        _scorer = new BatchScorer(mapper.Model, input, output => _active[mapper.InputSchema.Count + output]);
    }

    // The mapper's own object: consumers compare schemas by reference.
    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the row was made.");
        if (!_mapper.IsOutput(column, out int output))
            return _input.GetGetter<TValue>(_mapper.InputSchema[column.Index]);
        return _scorer.CreateGetter(output, Score) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' holds {column.Type}, not {typeof(TValue)}.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _scorer.Dispose();
            _input.Dispose();
        }
    }

    private int Score()
    {
        if (_scored != _input.Position)
        {
            _scorer.Clear();
            _scorer.Append();
            _scorer.Score(1, isBatch: false);
            _scored = _input.Position;
        }

        return 0;
    }
}
