using System.Runtime.ExceptionServices;
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
    private const int TrialRows = BatchSize.Smallest; // fewer are soon scored by any session

    private readonly ScoringModel _model;
    private readonly InputBuffer[] _inputs;
    private readonly string[] _inputNames;
    private readonly int[] _outputs;
    private readonly string[] _outputNames;
    private readonly List<Run> _runs = [];
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
        bool isPredicting = model.PredictedLabel is not null && isActive(model.Outputs.Length);
        _outputs = [.. Enumerable.Range(0, model.Outputs.Length).Where(output => isActive(output) || (output == 0 && isPredicting))];
        _outputNames = [.. _outputs.Select(index => model.Outputs[index].Tensor)];
    }

    /// <summary>Forgets the rows and their results.</summary>
    public void Clear()
    {
        foreach (Run run in _runs)
            run.Values?.Dispose();
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

    /// <summary>Scores all rows collected, where it can several runs at a time.</summary>
    /// <param name="rowsARun">The most rows of one run.</param>
    /// <param name="isBatch">Whether the rows are some of a data view; otherwise there is but one, which gets all threads.</param>
    public void Score(int rowsARun, bool isBatch)
    {
        for (int first = 0; first < _rows;)
        {
            int rows = 1;
            while (_model.IsBatchable && rows < rowsARun && first + rows < _rows && SameLengths(first, first + rows))
                rows++;
            _runs.Add(new Run(first, rows, [.. _inputs.Select(input => input.Tensor(_runs.Count, first, rows))]));
            first += rows;
        }

        InferenceSession session = _model.GetSession(isBatch, isBatch && _runs[0].Rows >= TrialRows ? Try : null);
        if (_runs.Count == 1 || !isBatch || _model.Parallelism == 1)
        {
            _runs.ForEach(Start);
            return;
        }

        try
        {
            Parallel.ForEach(_runs, new ParallelOptions { MaxDegreeOfParallelism = _model.Parallelism }, Start);
        }
        catch (AggregateException failed)
        {
            ExceptionDispatchInfo.Throw(failed.InnerExceptions[0]);
        }

        void Try(InferenceSession tried) => _model.Run(tried, _inputNames, _runs[0].Tensors, _outputNames).Dispose();

        void Start(Run run) => run.Values = _model.Run(session, _inputNames, run.Tensors, _outputNames);
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
        Run run = RunOf(row);
        ReadOnlySpan<T> all = run.Values![index].GetTensorDataAsSpan<T>();
        int length = all.Length / run.Rows;
        return all.Slice((row - run.First) * length, length);
    }

    private ReadOnlySpan<string> Texts(int index, int row)
    {
        Run run = RunOf(row);
        string[] all = run.Values![index].GetStringTensorAsArray();
        int length = all.Length / run.Rows;
        return all.AsSpan((row - run.First) * length, length);
    }

    private Run RunOf(int row)
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

    /// <summary>Rows that are scored together.</summary>
    private sealed class Run(int first, int rows, OrtValue[] tensors)
    {
        public int First => first;

        public int Rows => rows;

        public OrtValue[] Tensors => tensors;

        public IDisposableReadOnlyCollection<OrtValue>? Values { get; set; }
    }
}
