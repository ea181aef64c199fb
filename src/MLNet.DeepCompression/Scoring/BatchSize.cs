using System.Diagnostics;

namespace MLNet.DeepCompression.Scoring;

/// <summary>
/// How many rows a cursor scores by one run, and how many runs it collects for its threads: a given number of rows, or one that doubles from
/// 32 until what a run costs beside its rows no longer counts. Runs that are over sooner than another thread is awake are made one by one.
/// </summary>
internal sealed class BatchSize
{
    /// <summary>Rows to begin with where the number adapts.</summary>
    public const int Smallest = 32;

    private const int Largest = 1024; // rows: larger batches were not seen to be faster
    private const int MostValues = 1 << 18; // of all inputs: what a run reads stays in a second-level cache
    private const int MostCollected = 1 << 21; // of the inputs of all runs
    private const int RunsAThread = 4; // threads wait for one another less often, and a thread that is held up does fewer
    private static readonly TimeSpan _long = TimeSpan.FromMilliseconds(1); // a run that need not be longer
    private static readonly TimeSpan _worthAThread = TimeSpan.FromMilliseconds(0.3); // a run; waking a thread takes a tenth of a millisecond

    private readonly int _parallelism;
    private readonly int _mostRows;
    private readonly int _values;
    private readonly bool _adaptsRuns;

    /// <param name="options">Gives the numbers that are fixed.</param>
    /// <param name="model">The bound model.</param>
    public BatchSize(OnnxScoringOptions options, ScoringModel model)
    {
        _parallelism = model.Parallelism;
        _adaptsRuns = options.Parallelism is null;
        Rows = options.BatchSize ?? (model.IsBatchable ? Smallest : 1);
        Runs = _adaptsRuns ? 1 : _parallelism;
        _values = Math.Max(model.Inputs.Sum(input => input.RowLength ?? 1), 1);
        _mostRows = options.BatchSize is null && model.IsBatchable ? Math.Clamp(MostValues / _values, Smallest, Largest) : Rows;
    }

    /// <summary>The rows of the next runs.</summary>
    public int Rows { get; private set; }

    /// <summary>The next runs to collect rows for.</summary>
    public int Runs { get; private set; }

    /// <summary>Makes the runs of some rows and takes their time into account.</summary>
    /// <param name="rows">The rows there are.</param>
    /// <param name="run">Makes the runs.</param>
    public void Measure(int rows, Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        if (rows < Rows * Runs)
            return; // the last ones
        elapsed *= (double)Math.Min(_parallelism, Runs) / Runs; // of a run
        if (elapsed < _long)
            Rows = Math.Min(2 * Rows, _mostRows);
        if (_adaptsRuns)
            Runs = elapsed < _worthAThread || _parallelism == 1 ? 1 : (int)Math.Clamp(MostCollected / ((long)Rows * _values), _parallelism, _parallelism * RunsAThread);
    }
}
