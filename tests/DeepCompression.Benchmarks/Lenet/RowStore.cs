using System.Globalization;
using System.Text.Json;
using DeepCompression.Benchmarks.Harness;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// The rows of each part of the benchmark, kept below <c>artifacts/bench/lenet/rows</c> as they are measured: a run of one part prints the
/// whole table, and a run of all parts measures those that are missing.
/// </summary>
internal static class RowStore
{
    private const string Folder = "artifacts/bench/lenet/rows";

    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true };

    /// <summary>Keeps the rows of a part and how long they took.</summary>
    public static void Save(string part, IEnumerable<BenchRow> rows, double seconds)
    {
        Directory.CreateDirectory(Folder);
        string path = $"{Folder}/{part}.json";
        File.WriteAllText(path + ".partial", JsonSerializer.Serialize(new Part([.. rows], seconds, DateTime.UtcNow.ToString("u", CultureInfo.InvariantCulture)), _json));
        File.Move(path + ".partial", path, overwrite: true);
    }

    /// <summary>The rows of a part; null where it was not measured.</summary>
    public static Part? Load(string part) =>
        File.Exists($"{Folder}/{part}.json") ? JsonSerializer.Deserialize<Part>(File.ReadAllText($"{Folder}/{part}.json"), _json) : null;

    /// <summary>Forgets all rows.</summary>
    public static void Clear()
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    /// <summary>What one part brought.</summary>
    /// <param name="Rows">Its rows.</param>
    /// <param name="Seconds">How long it took, in seconds.</param>
    /// <param name="Measured">When it ended.</param>
    internal sealed record Part(IReadOnlyList<BenchRow> Rows, double Seconds, string Measured);
}
