using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>Finds and checks the columns that a model reads.</summary>
internal static class InputColumns
{
    /// <summary>The column of a tensor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing, or has another type or size than the tensor takes.</exception>
    public static DataViewSchema.Column Find(TensorBinding binding, DataViewSchema schema)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(binding.Column) ?? throw Mismatch(
            $"Could not find input column '{binding.Column}' for tensor '{binding.Tensor}'; the data has {string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => c.Name))}.");
        DataViewType item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        if (!item.Equals(binding.ItemType))
            throw Mismatch($"Input column '{binding.Column}': tensor '{binding.Tensor}' takes {binding.ItemType}; found {column.Type}.");

        int? found = column.Type is VectorDataViewType known ? (known.IsKnownSize ? known.Size : null) : 1;
        if (found is int values && !Fits(binding, values))
            throw Mismatch($"Input column '{binding.Column}': tensor '{binding.Tensor}' of shape [{binding.Describe()}] takes {Expected(binding)} values a row; found {values}.");
        return column;
    }

    /// <summary>Checks a column as far as the shape of a schema tells.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type than the tensor takes.</exception>
    public static void Check(TensorBinding binding, SchemaShape schema)
    {
        foreach (SchemaShape.Column column in schema)
        {
            if (column.Name != binding.Column)
                continue;
            if (column.IsKey || !column.ItemType.Equals(binding.ItemType))
                throw Mismatch($"Input column '{binding.Column}': tensor '{binding.Tensor}' takes {binding.ItemType}; found {(column.IsKey ? "a key of " : "")}{column.ItemType}.");
            return;
        }

        throw Mismatch($"Could not find input column '{binding.Column}' for tensor '{binding.Tensor}'; the data has {string.Join(", ", schema.Select(c => c.Name))}.");
    }

    private static bool Fits(TensorBinding binding, int values)
    {
        if (binding.RowLength is int length)
            return values == length;
        int known = KnownLength(binding);
        return known == 0 || values % known == 0;
    }

    private static string Expected(TensorBinding binding) =>
        binding.RowLength is int length ? $"{length}" : $"a multiple of {KnownLength(binding)}";

    private static int KnownLength(TensorBinding binding)
    {
        int known = 1;
        foreach (int dimension in binding.RowDimensions)
            known *= dimension < 0 ? 1 : dimension;
        return known;
    }

    // The type ML.NET itself throws where a schema does not fit.
    private static ArgumentOutOfRangeException Mismatch(string message) => new("inputSchema", message);
}
