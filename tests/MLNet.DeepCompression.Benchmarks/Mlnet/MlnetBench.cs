using DeepCompression.Benchmarks.Harness;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>
/// ML.NET's own <c>ApplyOnnxModel</c> on the dense model against this library on the compressed one, both in pipelines over the
/// same data, in turns.
/// </summary>
public sealed class MlnetBench : IBench
{
    private const string Validation = "validation";

    private static readonly (string Name, Action<BenchTable> Run)[] _parts =
    [
        ("zip", ZipRows.Run),
        ("rows", ThroughputRows.Run),
        ("head", HeadRows.Run),
        ("memory", ResidentRows.Run),
        ("overhead", OverheadRows.Run),
        ("cycles", CycleRows.Run),
        (Validation, ZipRows.Validate),
    ];

    public string Name => "mlnet";

    /// <summary>Runs the parts named, or all but <c>validation</c>: zip, rows, head, memory, overhead, cycles.</summary>
    public void Run(BenchTable table, IReadOnlyList<string> arguments)
    {
        foreach ((string name, Action<BenchTable> run) in _parts)
        {
            if (arguments.Count == 0 ? name != Validation : arguments.Contains(name))
                run(table);
        }
    }
}
