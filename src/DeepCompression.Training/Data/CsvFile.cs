using System.Globalization;

namespace DeepCompression.Training.Data;

/// <summary>Reads CSV files of numbers, one sample a line.</summary>
public static class CsvFile
{
    /// <summary>Reads a file as a source.</summary>
    /// <param name="path">The file, UTF-8. Empty lines are skipped; values may stand in double quotes.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="InvalidDataException">A line has another number of values than the first, a value is no number, or the label column is not there.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ArrayBatchSource Read(string path, CsvOptions? options = null)
    {
        options ??= new CsvOptions();
        List<float> inputs = [];
        List<long> labels = [];
        int columns = -1;
        int label = -1;
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            string[] values = Split(line, options.Separator, path, number);
            if (columns < 0)
            {
                columns = values.Length;
                label = FindLabel(values, options, path);
                if (options.HasHeader)
                    continue;
            }

            if (values.Length != columns)
                throw new InvalidDataException($"{path}, line {number}: {values.Length} values; the first line has {columns}.");
            for (int column = 0; column < columns; column++)
            {
                if (column == label)
                    labels.Add(ParseLabel(values[column], path, number));
                else
                    inputs.Add(ParseFloat(values[column], path, number) * options.Scale);
            }
        }

        if (inputs.Count == 0)
            throw new InvalidDataException($"{path}: no sample.");
        TensorShape shape = options.SampleShape ?? new TensorShape(label < 0 ? columns : columns - 1);
        if (shape.Length != (label < 0 ? columns : columns - 1))
            throw new InvalidDataException($"{path}: {(label < 0 ? columns : columns - 1)} values a sample do not have the shape {shape}.");
        ArrayColumn input = ArrayColumn.Floats(options.InputName, shape, inputs.ToArray());
        return label < 0
            ? new ArrayBatchSource(input)
            : new ArrayBatchSource(input, ArrayColumn.Integers(options.LabelName, new TensorShape(), labels.ToArray()));
    }

    private static int FindLabel(string[] first, CsvOptions options, string path)
    {
        if (options.LabelColumn is not string wanted)
            return -1;
        int index = options.HasHeader ? Array.IndexOf(first, wanted) : -1;
        if (index < 0 && int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < first.Length)
            index = number;
        return index >= 0 ? index : throw new InvalidDataException($"{path}: there is no column '{wanted}' for the labels.");
    }

    private static float ParseFloat(string value, string path, int line) =>
        float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number)
            ? number
            : throw new InvalidDataException($"{path}, line {line}: '{value}' is not a finite number.");

    private static long ParseLabel(string value, string path, int line) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new InvalidDataException($"{path}, line {line}: '{value}' is not a class number.");

    private static string[] Split(string line, char separator, string path, int number)
    {
        if (!line.Contains('"'))
            return line.Split(separator, StringSplitOptions.TrimEntries);

        List<string> values = [];
        System.Text.StringBuilder value = new();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
                value.Append(line[i++]); // a doubled quote stands for one
            else if (c == '"')
                quoted = !quoted;
            else if (c == separator && !quoted)
            {
                values.Add(value.ToString().Trim());
                value.Clear();
            }
            else
                value.Append(c);
        }

        if (quoted)
            throw new InvalidDataException($"{path}, line {number}: a quotation is not closed.");
        values.Add(value.ToString().Trim());
        return [.. values];
    }
}
