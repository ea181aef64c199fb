using DeepCompression.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.DeepCompression.Scoring;

namespace MLNet.DeepCompression.Fitting;

/// <summary>The label column of the training data, and what it means to the model.</summary>
/// <param name="Column">The column.</param>
/// <param name="Loss">What training makes small.</param>
/// <param name="Classes">The number of classes, or null where labels are targets.</param>
internal sealed record LabelColumn(DataViewSchema.Column Column, Loss Loss, int? Classes)
{
    /// <summary>Finds the column and checks that it fits the model's first output.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing, or its type is no label for this output.</exception>
    public static LabelColumn Find(FineTuningOptions options, TensorBinding output, DataViewSchema schema)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(options.LabelColumnName) ?? throw Mismatch(
            $"Could not find label column '{options.LabelColumnName}'; the data has {string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => c.Name))}.");
        int values = output.RowLength ?? throw Mismatch(
            $"Label column '{column.Name}': output '{output.Tensor}' of shape [{output.Describe()}] has no fixed number of values to train.");

        if (column.Type is VectorDataViewType vector)
        {
            if (vector.ItemType != NumberDataViewType.Single || vector.Size != values)
                throw Mismatch($"Label column '{column.Name}': output '{output.Tensor}' takes a vector of {values} Single as targets; found {column.Type}.");
            return new(column, options.Loss ?? Loss.MeanSquaredError, null);
        }

        if (column.Type is KeyDataViewType key)
        {
            if (key.Count > (ulong)values)
                throw Mismatch($"Label column '{column.Name}': output '{output.Tensor}' has {values} classes; found {column.Type}.");
            return new(column, options.Loss ?? Loss.SoftmaxCrossEntropy, values);
        }

        if (column.Type is not NumberDataViewType and not BooleanDataViewType)
            throw Mismatch($"Label column '{column.Name}': a label is a key, a number or a vector of Single; found {column.Type}. Map text with MapValueToKey first.");
        bool isTarget = values == 1 && column.Type == NumberDataViewType.Single;
        return isTarget ? new(column, options.Loss ?? Loss.MeanSquaredError, null) : new(column, options.Loss ?? Loss.SoftmaxCrossEntropy, values);
    }

    private static ArgumentOutOfRangeException Mismatch(string message) => new("inputSchema", message);
}
