using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Scoring;

/// <summary>
/// Collects rows of a source and scores them together. Rows whose vectors differ in length, and all rows of a model
/// that takes one row at a time, are scored in runs of their own. Belongs to one cursor or row, hence to one thread.
/// </summary>
internal sealed class BatchScorer : IDisposable
{
    private readonly ScoringModel _model;
    private readonly InputBuffer[] _inputs;
    private readonly string[] _inputNames;
    private readonly int[] _outputs;
    private readonly string[] _outputNames;
    private readonly OrtValue[] _tensors;
    private readonly List<(int First, int Rows, IDisposableReadOnlyCollection<OrtValue> Values)> _runs = [];
    private int _rows;
    private int _run;

    /// <param name="model">The bound model.</param>
    /// <param name="source">The row or cursor that values are read from.</param>
    /// <param name="isActive">Whether the output of an index is asked for.</param>
    public BatchScorer(ScoringModel model, DataViewRow source, Func<int, bool> isActive)
    {
        _model = model;
        _inputs = [.. model.Inputs.Select(binding => InputBuffer.Create(binding, source, source.Schema[binding.Column]))];
        _inputNames = [.. model.Inputs.Select(binding => binding.Tensor)];
        _tensors = new OrtValue[_inputs.Length];
        bool isPredicting = model.PredictedLabel is not null && isActive(model.Outputs.Length);
        _outputs = [.. Enumerable.Range(0, model.Outputs.Length).Where(output => isActive(output) || (output == 0 && isPredicting))];
        _outputNames = [.. _outputs.Select(index => model.Outputs[index].Tensor)];
    }

    /// <summary>Forgets the rows and their results.</summary>
    public void Clear()
    {
        foreach ((_, _, IDisposableReadOnlyCollection<OrtValue> values) in _runs)
            values.Dispose();
        _runs.Clear();
        foreach (InputBuffer input in _inputs)
            input.Clear();
        (_rows, _run) = (0, 0);
    }

    /// <summary>Takes over the row that the source stands on.</summary>
    public void Append()
    {
        foreach (InputBuffer input in _inputs)
            input.Append();
        _rows++;
    }

    /// <summary>Scores all rows collected.</summary>
    public void Run()
    {
        for (int first = 0; first < _rows;)
        {
            int rows = 1;
            while (_model.IsBatchable && first + rows < _rows && SameLengths(first, first + rows))
                rows++;
            for (int i = 0; i < _inputs.Length; i++)
                _tensors[i] = _inputs[i].Tensor(first, rows);
            _runs.Add((first, rows, _model.Run(_inputNames, _tensors, _outputNames)));
            first += rows;
        }
    }

    /// <summary>The getter of an output for the row that <paramref name="row"/> names when it is called.</summary>
    /// <param name="output">The output's index in the model's bindings; one beyond the last for the predicted label.</param>
    /// <param name="row">The index of the wanted row among those collected; called before every read.</param>
    public Delegate CreateGetter(int output, Func<int> row)
    {
        if (output == _model.Outputs.Length)
            return BestClass(row);
        TensorBinding binding = _model.Outputs[output];
        int index = Array.IndexOf(_outputs, output);
        if (binding.ItemType is TextDataViewType)
            return binding.OutputType is VectorDataViewType ? TextVector(index, row) : Text(index, row);
        string method = binding.OutputType is VectorDataViewType ? nameof(Vector) : nameof(Scalar);
        return (Delegate)typeof(BatchScorer).GetMethod(method, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
            .MakeGenericMethod(binding.ItemType.RawType).Invoke(this, [index, row])!;
    }

    public void Dispose()
    {
        Clear();
        foreach (InputBuffer input in _inputs)
            input.Dispose();
    }

    private bool SameLengths(int first, int other)
    {
        foreach (InputBuffer input in _inputs)
        {
            if (input.LengthOf(first) != input.LengthOf(other))
                return false;
        }

        return true;
    }

    private ReadOnlySpan<T> Values<T>(int index, int row)
        where T : unmanaged
    {
        (int first, int rows, IDisposableReadOnlyCollection<OrtValue> values) = RunOf(row);
        ReadOnlySpan<T> all = values[index].GetTensorDataAsSpan<T>();
        int length = all.Length / rows;
        return all.Slice((row - first) * length, length);
    }

    private ReadOnlySpan<string> Texts(int index, int row)
    {
        (int first, int rows, IDisposableReadOnlyCollection<OrtValue> values) = RunOf(row);
        string[] all = values[index].GetStringTensorAsArray();
        int length = all.Length / rows;
        return all.AsSpan((row - first) * length, length);
    }

    private (int First, int Rows, IDisposableReadOnlyCollection<OrtValue> Values) RunOf(int row)
    {
        if (row < _runs[_run].First)
            _run = 0;
        while (row >= _runs[_run].First + _runs[_run].Rows)
            _run++;
        return _runs[_run];
    }

    // Keys count from 1; 0 is a missing one, where a class has no label value or all scores are NaN.
    private ValueGetter<uint> BestClass(Func<int> row) => (ref uint value) =>
    {
        ReadOnlySpan<float> scores = Values<float>(0, row());
        int best = -1;
        for (int i = 0; i < scores.Length; i++)
        {
            if (best < 0 ? !float.IsNaN(scores[i]) : scores[i] > scores[best])
                best = i;
        }

        value = best < _model.PredictedLabel!.Classes ? (uint)(best + 1) : 0;
    };

    private ValueGetter<T> Scalar<T>(int index, Func<int> row)
        where T : unmanaged => (ref T value) => value = Values<T>(index, row())[0];

    private ValueGetter<VBuffer<T>> Vector<T>(int index, Func<int> row)
        where T : unmanaged => (ref VBuffer<T> value) =>
    {
        int wanted = row();
        ReadOnlySpan<T> values = Values<T>(index, wanted);
        VBufferEditor<T> editor = VBufferEditor.Create(ref value, values.Length);
        values.CopyTo(editor.Values);
        value = editor.Commit();
    };

    private ValueGetter<ReadOnlyMemory<char>> Text(int index, Func<int> row) =>
        (ref ReadOnlyMemory<char> value) => value = Texts(index, row())[0].AsMemory();

    private ValueGetter<VBuffer<ReadOnlyMemory<char>>> TextVector(int index, Func<int> row) => (ref VBuffer<ReadOnlyMemory<char>> value) =>
    {
        ReadOnlySpan<string> values = Texts(index, row());
        VBufferEditor<ReadOnlyMemory<char>> editor = VBufferEditor.Create(ref value, values.Length);
        for (int i = 0; i < values.Length; i++)
            editor.Values[i] = values[i].AsMemory();
        value = editor.Commit();
    };
}
