using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Scoring;

/// <summary>Collects the values of one input column over the rows of a batch, one after the other, as the tensor wants them.</summary>
internal abstract class InputBuffer(TensorBinding binding) : IDisposable
{
    public TensorBinding Binding { get; } = binding;

    /// <summary>Makes the buffer for a column's item type.</summary>
    public static InputBuffer Create(TensorBinding binding, DataViewRow row, DataViewSchema.Column column)
    {
        Type raw = binding.ItemType.RawType;
        Type buffer = raw == typeof(ReadOnlyMemory<char>) ? typeof(TextInputBuffer) : typeof(InputBuffer<>).MakeGenericType(raw);
        return (InputBuffer)Activator.CreateInstance(buffer, binding, row, column)!;
    }

    /// <summary>Forgets the rows.</summary>
    public abstract void Clear();

    /// <summary>Takes over the row that the source stands on.</summary>
    public abstract void Append();

    /// <summary>Values of a collected row.</summary>
    public abstract int LengthOf(int row);

    /// <summary>The tensor of a run of rows that are equally long. It lives until the buffer changes or is disposed of.</summary>
    /// <param name="run">The index of the run.</param>
    /// <param name="first">Its first row.</param>
    /// <param name="rows">Its rows.</param>
    public abstract OrtValue Tensor(int run, int first, int rows);

    public abstract void Dispose();
}

/// <summary>Collects numbers and bools.</summary>
internal sealed class InputBuffer<T> : InputBuffer
    where T : unmanaged
{
    private readonly ValueGetter<T>? _scalar;
    private readonly ValueGetter<VBuffer<T>>? _vector;
    private readonly List<int> _ends = [];
    private VBuffer<T> _row;
    private T[] _values = [];
    private readonly List<(OrtValue Tensor, (int Start, int Rows, int Length, T[] Values) Key)> _tensors = [];

    public InputBuffer(TensorBinding binding, DataViewRow row, DataViewSchema.Column column)
        : base(binding)
    {
        if (column.Type is VectorDataViewType)
            _vector = row.GetGetter<VBuffer<T>>(column);
        else
            _scalar = row.GetGetter<T>(column);
    }

    private int End => _ends.Count == 0 ? 0 : _ends[^1];

    public override void Clear() => _ends.Clear();

    public override void Append()
    {
        int start = End;
        if (_scalar is not null)
        {
            Reserve(start + 1);
            _scalar(ref _values[start]);
            _ends.Add(start + 1);
            return;
        }

        _vector!(ref _row);
        Reserve(start + _row.Length);
        _row.CopyTo(_values.AsSpan(start, _row.Length));
        _ends.Add(start + _row.Length);
    }

    public override int LengthOf(int row) => _ends[row] - (row == 0 ? 0 : _ends[row - 1]);

    public override OrtValue Tensor(int run, int first, int rows)
    {
        int length = LengthOf(first);
        (int, int, int, T[]) key = (first == 0 ? 0 : _ends[first - 1], rows, length, _values);
        if (run < _tensors.Count && _tensors[run].Key == key)
            return _tensors[run].Tensor;
        OrtValue tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _values.AsMemory(key.Item1, rows * length), Binding.ShapeOf(rows, length));
        if (run == _tensors.Count)
        {
            _tensors.Add((tensor, key));
        }
        else
        {
            _tensors[run].Tensor.Dispose();
            _tensors[run] = (tensor, key);
        }

        return tensor;
    }

    public override void Dispose()
    {
        _tensors.ForEach(tensor => tensor.Tensor.Dispose());
        _tensors.Clear();
    }

    private void Reserve(int length)
    {
        if (length <= _values.Length)
            return;

        // Tensors pin the array for as long as they live: among the heap's other large objects it would keep the gaps around it from being freed.
        T[] longer = GC.AllocateUninitializedArray<T>(Math.Max(length, Math.Max(2 * _values.Length, 16)), pinned: true);
        _values.CopyTo(longer, 0);
        _values = longer;
    }
}

/// <summary>Collects text.</summary>
internal sealed class TextInputBuffer : InputBuffer
{
    private readonly ValueGetter<ReadOnlyMemory<char>>? _scalar;
    private readonly ValueGetter<VBuffer<ReadOnlyMemory<char>>>? _vector;
    private readonly List<string[]> _rows = [];
    private readonly List<OrtValue> _tensors = [];

    public TextInputBuffer(TensorBinding binding, DataViewRow row, DataViewSchema.Column column)
        : base(binding)
    {
        if (column.Type is VectorDataViewType)
            _vector = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column);
        else
            _scalar = row.GetGetter<ReadOnlyMemory<char>>(column);
    }

    public override void Clear()
    {
        _rows.Clear();
        Dispose();
    }

    public override void Append()
    {
        if (_scalar is not null)
        {
            ReadOnlyMemory<char> value = default;
            _scalar(ref value);
            _rows.Add([value.ToString()]);
            return;
        }

        VBuffer<ReadOnlyMemory<char>> values = default;
        _vector!(ref values);
        _rows.Add([.. values.DenseValues().Select(value => value.ToString())]);
    }

    public override int LengthOf(int row) => _rows[row].Length;

    public override OrtValue Tensor(int run, int first, int rows)
    {
        OrtValue tensor = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, Binding.ShapeOf(rows, LengthOf(first)));
        int index = 0;
        for (int row = first; row < first + rows; row++)
        {
            foreach (string value in _rows[row])
                tensor.StringTensorSetElementAt(value, index++);
        }

        _tensors.Add(tensor);
        return tensor;
    }

    public override void Dispose()
    {
        _tensors.ForEach(tensor => tensor.Dispose());
        _tensors.Clear();
    }
}
