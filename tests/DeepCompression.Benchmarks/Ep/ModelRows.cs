using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.ExecutionProvider;
using DeepCompression.OnnxRuntime;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>Whole networks: dense on stock ONNX Runtime against compressed with the execution provider, one process, in turn, medians of the rounds in which the machine was least disturbed.</summary>
internal sealed class ModelRows : IDisposable
{
    private const double RoundMilliseconds = 40; // of either side
    private const double MostMilliseconds = 20_000; // waited for quiet rounds, a row

    private readonly BenchTable _table;
    private readonly List<SpeedPlot.Bar> _bars = [];
    private readonly KernelThreads[] _threads;
    private readonly QuietProbe[] _probes; // of one thread, of two

    /// <summary>Makes the rows' probes.</summary>
    public ModelRows(BenchTable table)
    {
        _table = table;
        _threads = [new(1), new(2)];
        _probes = [.. _threads.Select(threads => new QuietProbe(threads))];
    }

    /// <summary>What the plot shows.</summary>
    public IReadOnlyList<SpeedPlot.Bar> Bars => _bars;

    /// <summary>Adds the rows of one network.</summary>
    public void Add(ModelCase model)
    {
        string folder = Directory.CreateTempSubdirectory("dc-bench").FullName;
        try
        {
            string dense = Path.Combine(folder, "dense.onnx");
            string compressed = Path.Combine(folder, "compressed.onnx");
            model.Dense.Save(dense);
            model.Compressed.Save(compressed);
            double latency = 0;
            double stock = 0;
            foreach (int threads in (int[])[1, 2])
                (latency, stock) = AddSpeed(model, dense, compressed, threads);
            AddCreation(model, dense, compressed);
            (double ours, double theirs) = AddFirstSession(model, dense, compressed);
            _bars.Add(new SpeedPlot.Bar(model.Name, latency, stock, ours, theirs));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Ends the probes' threads.</summary>
    public void Dispose()
    {
        foreach (KernelThreads threads in _threads)
            threads.Dispose();
    }

    private (double Ours, double Stock) AddSpeed(ModelCase model, string dense, string compressed, int threads)
    {
        using SessionOptions ourOptions = Options(threads);
        DeepCompressionReport report = ourOptions.AppendDeepCompression(new DeepCompressionOptions { Required = true });
        using SessionOptions stockOptions = Options(threads);
        using ModelSession ours = new(CompressedModel.CreateSession(compressed, ourOptions), model.Input, model.Shape);
        using ModelSession stock = new(new InferenceSession(dense, stockOptions), model.Input, model.Shape);
        float worst = Worst(ours.Output(), stock.Output());
        if (worst > 1e-4f)
            throw new InvalidDataException($"{model.Name}: outputs differ by {worst} of the largest.");

        Stopwatches.Warm(ours.Run);
        Stopwatches.Warm(stock.Run);
        (double first, double second, string quiet) = _probes[threads - 1].Measure(() => (Stopwatches.Time(ours.Run, RoundMilliseconds), Stopwatches.Time(stock.Run, RoundMilliseconds)), rounds: 11, MostMilliseconds);
        int claimed = report.Decisions.Count(decision => decision.IsClaimed);
        string note = string.Create(CultureInfo.InvariantCulture, $"{claimed} of {report.Decisions.Count} operators claimed; outputs differ by {worst:0.0e0} of the largest; {quiet}");
        _table.Add(BenchRow.Faster($"{model.Name}, {threads} thread{(threads > 1 ? "s" : "")}", first, second, "ms", model.Bar, note));
        if (threads == 1)
        {
            _table.Add(new BenchRow($"{model.Name}, weights of the claimed operators", report.ResidentBytes / 1e6, "MB", report.DenseBytes / 1e6, (double)report.DenseBytes / Math.Max(1, report.ResidentBytes),
                model.Resident is double bar ? string.Create(CultureInfo.InvariantCulture, $"ratio >= {bar:0.##}") : null,
                model.Resident is double least ? report.DenseBytes >= least * report.ResidentBytes : null));
        }

        return (first, second);
    }

    private void AddCreation(ModelCase model, string dense, string compressed)
    {
        static InferenceSession Stock(string path, SessionOptions options) => new(path, options);
        static InferenceSession Ours(string path, SessionOptions options) => CompressedModel.CreateSession(path, options, new DeepCompressionOptions { Required = true });
        void Create(string path, Func<string, SessionOptions, InferenceSession> create, bool run)
        {
            using SessionOptions options = Options(2);
            InferenceSession session = create(path, options);
            if (run)
                new ModelSession(session, model.Input, model.Shape).Dispose();
            else
                session.Dispose();
        }

        foreach (bool run in (bool[])[false, true])
        {
            (double ours, double stock) = Stopwatches.Alternate(() => Create(compressed, Ours, run), () => Create(dense, Stock, run), rounds: 15, minimumMilliseconds: 1);
            _table.Add(BenchRow.Faster($"{model.Name}, session creation{(run ? " and first run" : "")}", ours, stock, "ms", run ? null : 1));
        }
    }

    private (double Ours, double Stock) AddFirstSession(ModelCase model, string dense, string compressed)
    {
        (SessionProcess ours, SessionProcess stock) = SessionProcess.Measure(model, compressed, dense);
        _table.Add(BenchRow.Faster($"{model.Name}, first session of a process", ours.Creation, stock.Creation, "ms", null, "loading ONNX Runtime included"));
        _table.Add(BenchRow.Faster($"{model.Name}, first session of a process and its first run", ours.Creation + ours.FirstRun, stock.Creation + stock.FirstRun, "ms", null));
        _table.Add(BenchRow.Faster($"{model.Name}, memory of a process that ran it", ours.Resident, stock.Resident, "MB", null, "resident after the first runs, less what the process held before the session"));
        _table.Add(BenchRow.Faster($"{model.Name}, the most memory of that process", ours.Peak, stock.Peak, "MB", null, "resident at most, less the same"));
        return (ours.Resident, stock.Resident);
    }

    private static SessionOptions Options(int threads)
    {
        SessionOptions options = new() { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.force_spinning_stop", "1"); // threads that spin after a run would slow the other side
        return options;
    }

    private static float Worst(float[] ours, float[] stock)
    {
        float largest = stock.Max(MathF.Abs);
        return ours.Zip(stock, (a, b) => MathF.Abs(a - b)).Max() / largest;
    }
}
