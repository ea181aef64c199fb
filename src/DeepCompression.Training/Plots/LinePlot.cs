namespace DeepCompression.Training.Plots;

/// <summary>A plot of lines over two axes, and the same data as a table.</summary>
public sealed record LinePlot
{
    /// <summary>What stands above the plot.</summary>
    public required string Title { get; init; }

    /// <summary>What stands below: the quantity and its unit.</summary>
    public required string XLabel { get; init; }

    /// <summary>What stands at the side: the quantity and its unit.</summary>
    public required string YLabel { get; init; }

    /// <summary>The lines.</summary>
    public required IReadOnlyList<PlotSeries> Series { get; init; }

    /// <summary>Whether the horizontal axis is logarithmic; its values are then above 0. By default false.</summary>
    public bool LogarithmicX { get; init; }

    /// <summary>Whether the vertical axis is logarithmic; its values are then above 0. By default false.</summary>
    public bool LogarithmicY { get; init; }

    /// <summary>The lowest value of the vertical axis; what lies below is drawn at the edge. By default the lowest of the data.</summary>
    public double? MinimumY { get; init; }

    /// <summary>The highest value of the vertical axis; what lies above is drawn at the edge. By default the highest of the data.</summary>
    public double? MaximumY { get; init; }

    /// <summary>Writes the plot as <c>PATH.svg</c> and its data as <c>PATH.csv</c>; each appears whole or not at all.</summary>
    /// <param name="pathWithoutExtension">Where to write.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Save(string pathWithoutExtension)
    {
        Write(pathWithoutExtension + ".svg", SvgWriter.ToSvg(this));
        CsvWriter.Save(pathWithoutExtension + ".csv", ["series", XLabel, YLabel], Series.SelectMany(s => s.Points.Select(p => new object[] { s.Name, p.X, p.Y })));
    }

    private static void Write(string path, string text)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is string folder)
            Directory.CreateDirectory(folder);
        File.WriteAllText(path + ".partial", text);
        File.Move(path + ".partial", path, overwrite: true);
    }
}
