using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>A key column that is made of the first output: the class with the highest score.</summary>
/// <param name="Column">The name of the column.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="KeyValueType">The type of the values that the key stands for, or null where it has none.</param>
/// <param name="KeyValues">One value a class, of the raw type of <paramref name="KeyValueType"/>; text as string.</param>
internal sealed record PredictedLabel(string Column, int Classes, PrimitiveDataViewType? KeyValueType, ImmutableArray<object> KeyValues)
{
    public KeyDataViewType Type { get; } = new(typeof(uint), Classes);

    /// <summary>The column with the key values of the label column; classes without any are numbered from 0.</summary>
    public static PredictedLabel For(string column, DataViewSchema.Column label, int classes)
    {
        if (label.Type is not KeyDataViewType)
            return new(column, classes, NumberDataViewType.Single, [.. Enumerable.Range(0, classes).Select(i => (object)(float)i)]);
        if (label.Annotations.Schema.GetColumnOrNull("KeyValues") is not { Type: VectorDataViewType { ItemType: PrimitiveDataViewType item } } values)
            return new(column, classes, null, []);
        object[] read = (object[])typeof(PredictedLabel).GetMethod(nameof(Read), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(item.RawType).Invoke(null, [label.Annotations, values.Name])!;

        // Fewer label values than outputs: the classes beyond them never win a label, but can be predicted.
        return read.Length == classes ? new(column, classes, item, [.. read]) : new(column, read.Length, item, [.. read]);
    }

    /// <summary>Adds the column to a schema.</summary>
    public void AddTo(DataViewSchema.Builder schema)
    {
        DataViewSchema.Annotations.Builder annotations = new();
        if (KeyValueType is TextDataViewType)
        {
            ReadOnlyMemory<char>[] texts = [.. KeyValues.Select(value => ((string)value).AsMemory())];
            annotations.Add("KeyValues", new VectorDataViewType(TextDataViewType.Instance, texts.Length), Getter(texts));
        }
        else if (KeyValueType is not null)
        {
            typeof(PredictedLabel).GetMethod(nameof(AddKeyValues), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
                .MakeGenericMethod(KeyValueType.RawType).Invoke(this, [annotations]);
        }

        schema.AddColumn(Column, Type, annotations.ToAnnotations());
    }

    private static object[] Read<T>(DataViewSchema.Annotations annotations, string name)
    {
        VBuffer<T> values = default;
        annotations.GetValue(name, ref values);
        return [.. values.DenseValues().Select(value => value is ReadOnlyMemory<char> text ? text.ToString() : (object)value!)];
    }

    private static ValueGetter<VBuffer<T>> Getter<T>(T[] values) => (ref VBuffer<T> value) => value = new VBuffer<T>(values.Length, values);

    private void AddKeyValues<T>(DataViewSchema.Annotations.Builder annotations) =>
        annotations.Add("KeyValues", new VectorDataViewType(KeyValueType!, KeyValues.Length), Getter(KeyValues.Cast<T>().ToArray()));
}
