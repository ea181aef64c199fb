using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>One tensor of the model and the column that it is read from or written to.</summary>
/// <param name="Column">The name of the column.</param>
/// <param name="Tensor">The name of the model's input or output.</param>
/// <param name="ItemType">The column's item type: a number, bool or text.</param>
/// <param name="Dimensions">The tensor's dimensions, outermost first; -1 where the model leaves one open.</param>
/// <param name="IsBatched">Whether the first dimension counts rows.</param>
internal sealed record TensorBinding(string Column, string Tensor, PrimitiveDataViewType ItemType, ImmutableArray<int> Dimensions, bool IsBatched)
{
    /// <summary>The dimensions that belong to one row.</summary>
    public ReadOnlySpan<int> RowDimensions => IsBatched ? Dimensions.AsSpan()[1..] : Dimensions.AsSpan();

    /// <summary>Values a row, or null where the model leaves a dimension open.</summary>
    public int? RowLength
    {
        get
        {
            int length = 1;
            foreach (int dimension in RowDimensions)
            {
                if (dimension < 0)
                    return null;
                length = checked(length * dimension);
            }

            return length;
        }
    }

    /// <summary>The type of an output column: a scalar for a tensor without dimensions, otherwise a vector, of unknown size where a dimension is open.</summary>
    public DataViewType OutputType => RowLength switch
    {
        null => new VectorDataViewType(ItemType),
        _ when Dimensions.IsEmpty => ItemType,
        _ when IsBatched && RowDimensions.IsEmpty => ItemType,
        0 => new VectorDataViewType(ItemType),
        _ => new VectorDataViewType(ItemType, RowDimensions.ToArray()),
    };

    /// <summary>The shape of a tensor of some rows, the one open dimension solved from the number of values a row.</summary>
    public long[] ShapeOf(int rows, int rowLength)
    {
        long[] shape = new long[Dimensions.Length];
        int first = IsBatched ? 1 : 0;
        if (IsBatched)
            shape[0] = rows;

        int known = 1;
        int open = -1;
        for (int i = first; i < shape.Length; i++)
        {
            shape[i] = Dimensions[i];
            if (Dimensions[i] < 0)
                open = i;
            else
                known *= Dimensions[i];
        }

        if (open >= 0)
        {
            if (known == 0 || rowLength % known != 0)
                throw new InvalidOperationException($"Column '{Column}': {rowLength} values do not fit tensor '{Tensor}' of shape [{Describe()}].");
            shape[open] = rowLength / known;
        }
        else if (known != rowLength)
        {
            throw new InvalidOperationException($"Column '{Column}': tensor '{Tensor}' of shape [{Describe()}] takes {known} values a row; found {rowLength}.");
        }

        return shape;
    }

    /// <summary>The dimensions as text, open ones as a question mark.</summary>
    public string Describe() => string.Join(", ", Dimensions.Select(dimension => dimension < 0 ? "?" : dimension.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
