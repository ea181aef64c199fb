namespace DeepCompression.Benchmarks.Harness;

/// <summary>One benchmark of <c>./build.sh bench NAME</c>.</summary>
public interface IBench
{
    /// <summary>The word on the command line; also names the result file.</summary>
    string Name { get; }

    /// <summary>Measures and adds rows.</summary>
    /// <param name="table">Takes the rows; each is printed as it is added.</param>
    /// <param name="arguments">What stands behind the name on the command line, for example the names of the rows wanted.</param>
    void Run(BenchTable table, IReadOnlyList<string> arguments);
}
