using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>A digit; the columns are named as the tensors, because <c>ApplyOnnxModel</c> binds by name.</summary>
internal sealed class DigitRow
{
    [ColumnName("data")]
    [VectorType(784)]
    public float[] Pixels { get; set; } = [];

    [KeyType(10)]
    public uint Label { get; set; }
}

/// <summary>What the last convolution of AlexNet hands to its classifier head.</summary>
internal sealed class HeadRow
{
    [ColumnName("flatten")]
    [VectorType(9216)]
    public float[] Features { get; set; } = [];
}

/// <summary>An image for AlexNet.</summary>
internal sealed class ImageRow
{
    [ColumnName("data")]
    [VectorType(3 * 227 * 227)]
    public float[] Pixels { get; set; } = [];
}

/// <summary>AlexNet's scores.</summary>
internal sealed class ScoredRow
{
    [ColumnName("fc8")]
    public float[] Scores { get; set; } = [];
}

/// <summary>Reads data views as a user's code does: one column, row by row.</summary>
internal static class Reading
{
    /// <summary>Reads a column of vectors to its end.</summary>
    /// <returns>The sum of the first values, so that nothing is left out.</returns>
    public static double Drain(IDataView data, string column)
    {
        DataViewSchema.Column wanted = data.Schema[column];
        using DataViewRowCursor cursor = data.GetRowCursor([wanted]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(wanted);
        VBuffer<float> value = default;
        double sum = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            sum += value.GetValues()[0];
        }

        return sum;
    }
}
