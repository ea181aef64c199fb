using System.Diagnostics;

namespace MLNet.DeepCompression.Scoring;

/// <summary>
/// How many rows a cursor scores at once: a given number, or one that doubles from 32 as long as that makes a row
/// cheaper by a twentieth at least.
/// </summary>
internal sealed class BatchSize
{
    /// <summary>Rows to begin with where the number adapts.</summary>
    public const int Smallest = 32;

    private const int Largest = 1024; // rows: larger batches were not seen to be faster
    private const double WorthwhileGain = 0.95; // of the time a row took at half the size

    private double _millisecondsPerRow = double.PositiveInfinity;
    private bool _settled;
    private bool _warm;

    /// <param name="fixedRows">The size to use always, or null to adapt.</param>
    /// <param name="isBatchable">Whether the model takes several rows at once at all.</param>
    public BatchSize(int? fixedRows, bool isBatchable)
    {
        Rows = fixedRows ?? (isBatchable ? Smallest : 1);
        _settled = fixedRows is not null || !isBatchable;
    }

    /// <summary>The size of the next batches, in rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Runs a batch, or several at a time, and takes its time into account.</summary>
    /// <param name="rows">The rows there are.</param>
    /// <param name="wanted">The rows of all batches, if there were enough.</param>
    /// <param name="run">Runs them; told the size of a batch.</param>
    public void Measure(int rows, int wanted, Action<int> run)
    {
        if (_settled || rows < wanted)
        {
            run(Rows);
            return;
        }

        long start = Stopwatch.GetTimestamp();
        run(Rows);
        double perRow = Stopwatch.GetElapsedTime(start).TotalMilliseconds / rows;
        if (!_warm)
        {
            // The first run of a size allocates; what it took says nothing about the next.
            _warm = true;
            return;
        }

        _warm = false;
        if (perRow > _millisecondsPerRow * WorthwhileGain)
        {
            Rows = Math.Max(Smallest, Rows / 2);
            _settled = true;
            return;
        }

        _millisecondsPerRow = perRow;
        _settled = Rows >= Largest;
        Rows = Math.Min(2 * Rows, Largest);
    }
}
