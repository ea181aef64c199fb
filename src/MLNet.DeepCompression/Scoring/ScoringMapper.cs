using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>Adds a model's output columns to the rows of one schema.</summary>
internal sealed class ScoringMapper : IRowToRowMapper
{
    private readonly int[] _inputColumns;

    /// <summary>Binds a model to a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The schema lacks a column, or a column has another type or size than its tensor.</exception>
    public ScoringMapper(ScoringModel model, DataViewSchema inputSchema)
    {
        (Model, InputSchema) = (model, inputSchema);
        _inputColumns = [.. model.Inputs.Select(binding => InputColumns.Find(binding, inputSchema).Index)];

        DataViewSchema.Builder builder = new();
        builder.AddColumns(inputSchema);
        foreach (TensorBinding binding in model.Outputs)
            builder.AddColumn(binding.Column, binding.OutputType);
        model.PredictedLabel?.AddTo(builder);
        OutputSchema = builder.ToSchema();
    }

    public ScoringModel Model { get; }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>
    /// Whether a column of the output schema is the model's; then also which output it is. The predicted label counts as
    /// the one after the last.
    /// </summary>
    public bool IsOutput(DataViewSchema.Column column, out int output)
    {
        output = column.Index - InputSchema.Count;
        return output >= 0;
    }

    /// <summary>The columns of the input that are needed to make some columns of the output.</summary>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        DataViewSchema.Column[] wanted = [.. dependingColumns];
        SortedSet<int> needed = [.. wanted.Where(column => !IsOutput(column, out _)).Select(column => column.Index)];
        if (wanted.Any(column => IsOutput(column, out _)))
            needed.UnionWith(_inputColumns);
        return needed.Select(index => InputSchema[index]);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new ScoringRow(this, input, activeColumns);

    /// <summary>The active columns as a lookup over the output schema.</summary>
    public bool[] Activate(IEnumerable<DataViewSchema.Column> columns)
    {
        bool[] active = new bool[OutputSchema.Count];
        foreach (DataViewSchema.Column column in columns)
            active[column.Index] = true;
        return active;
    }
}
