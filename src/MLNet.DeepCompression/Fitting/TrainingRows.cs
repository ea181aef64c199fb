using System.Globalization;
using DeepCompression;
using DeepCompression.Training.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.DeepCompression.Scoring;

namespace MLNet.DeepCompression.Fitting;

/// <summary>Reads the rows that a model is trained with from a data view, once, into memory.</summary>
internal static class TrainingRows
{
    /// <summary>The name of the labels among the tensors of a sample.</summary>
    public const string LabelField = "__label";

    /// <summary>Reads inputs and labels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column has a type that training does not take.</exception>
    /// <exception cref="InvalidOperationException">There is no row, or a row's label is missing or not a class.</exception>
    public static IBatchSource Read(IDataView data, IReadOnlyList<TensorBinding> inputs, LabelColumn label)
    {
        DataViewSchema.Column[] columns = [.. inputs.Select(binding => InputColumns.Find(binding, data.Schema)), label.Column];
        using DataViewRowCursor cursor = data.GetRowCursor(columns);
        Action<List<float>>[] readers = [.. inputs.Zip(columns, (binding, column) => Floats(cursor, column, $"input column '{binding.Column}'"))];
        List<float>[] values = [.. inputs.Select(_ => new List<float>())];
        List<long> classes = [];
        List<float> targets = [];
        Func<long>? readClass = label.Classes is null ? null : Class(cursor, label);
        Action<List<float>>? readTargets = label.Classes is null ? Floats(cursor, label.Column, $"label column '{label.Column.Name}'") : null;

        int rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            for (int i = 0; i < readers.Length; i++)
                readers[i](values[i]);
            if (readClass is not null)
                classes.Add(readClass());
            readTargets?.Invoke(targets);
        }

        if (rows == 0)
            throw new InvalidOperationException("There is no row to train with.");
        IEnumerable<ArrayColumn> tensors = inputs.Select((binding, i) => ArrayColumn.Floats(binding.Tensor, Shape(binding, values[i].Count / rows), values[i].ToArray()));
        ArrayColumn labels = label.Classes is not null
            ? ArrayColumn.Integers(LabelField, new TensorShape(), classes.ToArray())
            : ArrayColumn.Floats(LabelField, new TensorShape(targets.Count / rows), targets.ToArray());
        return new ArrayBatchSource([.. tensors, labels]);
    }

    private static TensorShape Shape(TensorBinding binding, int length)
    {
        long[] shape = binding.ShapeOf(1, length);
        return new TensorShape(binding.IsBatched || shape is [1, ..] ? shape.AsSpan(1) : shape);
    }

    private static Action<List<float>> Floats(DataViewRow row, DataViewSchema.Column column, string what)
    {
        if (column.Type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Single)
        {
            ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(column);
            VBuffer<float> buffer = default;
            return values =>
            {
                getter(ref buffer);
                foreach (float value in buffer.DenseValues())
                    values.Add(value);
            };
        }

        if (column.Type == NumberDataViewType.Single)
        {
            ValueGetter<float> getter = row.GetGetter<float>(column);
            return values =>
            {
                float value = 0;
                getter(ref value);
                values.Add(value);
            };
        }

        throw new ArgumentOutOfRangeException("inputSchema", $"Training takes Single; {what} holds {column.Type}.");
    }

    private static Func<long> Class(DataViewRow row, LabelColumn label)
    {
        Type raw = label.Column.Type.RawType;
        return (Func<long>)typeof(TrainingRows).GetMethod(nameof(ClassOf), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(raw).Invoke(null, [row, label])!;
    }

    private static Func<long> ClassOf<T>(DataViewRow row, LabelColumn label)
        where T : IConvertible
    {
        ValueGetter<T> getter = row.GetGetter<T>(label.Column);
        int first = label.Column.Type is KeyDataViewType ? 1 : 0;
        return () =>
        {
            T value = default!;
            getter(ref value);
            double number = value.ToDouble(CultureInfo.InvariantCulture) - first;
            if (!(number >= 0 && number < label.Classes && number == Math.Floor(number)))
                throw new InvalidOperationException($"Label column '{label.Column.Name}', row {row.Position}: {(first == 1 && number < 0 ? "the label is missing" : $"{value} is none of the {label.Classes} classes")}.");
            return (long)number;
        };
    }
}
