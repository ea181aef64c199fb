using System.Globalization;
using System.Text;

namespace DeepCompression.Training.Plots;

/// <summary>Writes tables as CSV (RFC 4180), numbers in the invariant culture.</summary>
public static class CsvWriter
{
    /// <summary>Writes a table; the file appears whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">The names of the columns.</param>
    /// <param name="rows">The values, one for each column.</param>
    /// <exception cref="ArgumentException">A row has another number of values than there are columns.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<object>> rows)
    {
        string text = ToCsv(header, rows);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is string folder)
            Directory.CreateDirectory(folder);
        File.WriteAllText(path + ".partial", text);
        File.Move(path + ".partial", path, overwrite: true);
    }

    /// <summary>A table as text.</summary>
    /// <param name="header">The names of the columns.</param>
    /// <param name="rows">The values, one for each column.</param>
    /// <exception cref="ArgumentException">A row has another number of values than there are columns.</exception>
    public static string ToCsv(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<object>> rows)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(rows);
        StringBuilder text = new();
        text.AppendJoin(',', header.Select(Quote)).Append('\n');
        foreach (IReadOnlyList<object> row in rows)
        {
            if (row.Count != header.Count)
                throw new ArgumentException($"A row has {row.Count} values for {header.Count} columns.", nameof(rows));
            text.AppendJoin(',', row.Select(value => Quote(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""))).Append('\n');
        }

        return text.ToString();
    }

    private static string Quote(string value) =>
        value.AsSpan().IndexOfAny(",\"\n\r") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
