using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>Keeps the values of one column of the source over the rows of a batch, while the source moves on.</summary>
internal abstract class PassThroughColumn
{
    /// <summary>Makes the store for a column, or for row ids without one.</summary>
    public static PassThroughColumn Create(DataViewRow source, DataViewSchema.Column column, int capacity)
    {
        Type raw = column.Type.RawType;
        Type store = raw.IsGenericType && raw.GetGenericTypeDefinition() == typeof(VBuffer<>)
            ? typeof(PassThroughVector<>).MakeGenericType(raw.GetGenericArguments())
            : typeof(PassThroughValue<>).MakeGenericType(raw);
        Delegate getter = (Delegate)typeof(DataViewRow).GetMethod(nameof(DataViewRow.GetGetter))!.MakeGenericMethod(raw).Invoke(source, [column])!;
        return (PassThroughColumn)Activator.CreateInstance(store, getter, capacity)!;
    }

    /// <summary>Keeps the value of the row that the source stands on.</summary>
    public abstract void Store(int row);

    /// <summary>Makes room for more rows.</summary>
    public abstract void Resize(int capacity);

    /// <summary>A getter of the kept value of the row that is named at each call.</summary>
    public abstract Delegate CreateGetter(Func<int> row);
}

/// <summary>Keeps scalars.</summary>
internal sealed class PassThroughValue<T>(ValueGetter<T> source, int capacity) : PassThroughColumn
{
    private T[] _values = new T[capacity];

    public override void Store(int row) => source(ref _values[row]);

    public override void Resize(int capacity) => Array.Resize(ref _values, capacity);

    public override Delegate CreateGetter(Func<int> row) => (ValueGetter<T>)((ref T value) => value = _values[row()]);
}

/// <summary>Keeps vectors; every row has a buffer of its own, because a getter may reuse the one it is given.</summary>
internal sealed class PassThroughVector<T>(ValueGetter<VBuffer<T>> source, int capacity) : PassThroughColumn
{
    private VBuffer<T>[] _values = new VBuffer<T>[capacity];

    public override void Store(int row) => source(ref _values[row]);

    public override void Resize(int capacity) => Array.Resize(ref _values, capacity);

    public override Delegate CreateGetter(Func<int> row) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[row()].CopyTo(ref value));
}
