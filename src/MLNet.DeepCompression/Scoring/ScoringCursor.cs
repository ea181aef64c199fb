using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>
/// Reads a batch of rows ahead, scores them by one run, and hands them out in their order. Only the columns asked for
/// are read or kept; without an output among them the model is not run at all.
/// </summary>
internal sealed class ScoringCursor : DataViewRowCursor
{
    private readonly ScoringMapper _mapper;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly BatchScorer? _scorer;
    private readonly BatchSize _batchSize;
    private readonly PassThroughColumn?[] _kept;
    private readonly ValueGetter<DataViewRowId> _idGetter;
    private DataViewRowId[] _ids;
    private long[] _batches;
    private int _rows;
    private int _row = -1;
    private long _position = -1;
    private bool _ended;

    public ScoringCursor(ScoringMapper mapper, DataViewRowCursor input, IEnumerable<DataViewSchema.Column> activeColumns, BatchSize batchSize)
    {
        (_mapper, _input, _active, _batchSize) = (mapper, input, mapper.Activate(activeColumns), batchSize);
        int capacity = batchSize.Rows;
        if (_active.AsSpan(mapper.InputSchema.Count).Contains(true))
            _scorer = new BatchScorer(mapper.Model, input, output => _active[mapper.InputSchema.Count + output]);
        _kept = [.. mapper.InputSchema.Select(column => _active[column.Index] ? PassThroughColumn.Create(input, column, capacity) : null)];
        _idGetter = input.GetIdGetter();
        _ids = new DataViewRowId[capacity];
        _batches = new long[capacity];
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _position;

    public override long Batch => _batches[CurrentRow()];

    public override bool MoveNext()
    {
        if (_row + 1 >= _rows && !ReadBatch())
        {
            _position = -1;
            return false;
        }

        _row++;
        _position++;
        return true;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[CurrentRow()];

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
        Delegate getter = _mapper.IsOutput(column, out int output)
            ? _scorer!.CreateGetter(output, CurrentRow)
            : _kept[column.Index]!.CreateGetter(CurrentRow);
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' holds {column.Type}, not {typeof(TValue)}.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _scorer?.Dispose();
            _input.Dispose();
        }
    }

    private int CurrentRow() => _position >= 0 ? _row : throw new InvalidOperationException("The cursor does not stand on a row.");

    private bool ReadBatch()
    {
        _scorer?.Clear();
        (_rows, _row) = (0, -1);
        int wanted = _batchSize.Rows * _batchSize.Runs;
        Reserve(wanted);
        while (_rows < wanted && !_ended && (_input.MoveNext() || End()))
        {
            _scorer?.Append();
            foreach (PassThroughColumn? column in _kept)
                column?.Store(_rows);
            _idGetter(ref _ids[_rows]);
            _batches[_rows] = _input.Batch;
            _rows++;
        }

        if (_rows > 0 && _scorer is not null)
            _batchSize.Measure(_rows, () => _scorer.Score(_batchSize.Rows, isBatch: true));
        return _rows > 0;
    }

    private bool End()
    {
        _ended = true;
        return false;
    }

    private void Reserve(int rows)
    {
        if (rows <= _ids.Length)
            return;
        Array.Resize(ref _ids, rows);
        Array.Resize(ref _batches, rows);
        foreach (PassThroughColumn? column in _kept)
            column?.Resize(rows);
    }
}
