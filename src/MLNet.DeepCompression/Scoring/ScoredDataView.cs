using Microsoft.ML;

namespace MLNet.DeepCompression.Scoring;

/// <summary>The rows of a source with the model's output columns; nothing is scored before a cursor moves.</summary>
internal sealed class ScoredDataView(ScoringMapper mapper, IDataView source, OnnxScoringOptions options) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapper.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        DataViewRowCursor input = source.GetRowCursor(mapper.GetDependencies(needed), rand);
        return new ScoringCursor(mapper, input, needed, new BatchSize(options, mapper.Model));
    }

    // One cursor: the model's own threads already use the processor's cores.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];
}
