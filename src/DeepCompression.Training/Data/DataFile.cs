namespace DeepCompression.Training.Data;

/// <summary>Reads samples from a file of any known format.</summary>
public static class DataFile
{
    /// <summary>Reads a <c>.csv</c> file, a <c>.npz</c> archive, or a pair of <c>.npy</c> or idx files (compressed with gzip or not).</summary>
    /// <param name="path">The samples.</param>
    /// <param name="labelsPath">The labels, for idx and <c>.npy</c> files; for CSV files the name or number of the label's column where it is not <c>label</c>.</param>
    /// <param name="inputName">The name of the inputs' field.</param>
    /// <param name="sampleShape">The shape of one input where it is not the file's.</param>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the other.</exception>
    /// <exception cref="ArgumentException">The labels are missing, or the format is not known. PNG and JPEG files are not read.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IBatchSource Read(string path, string? labelsPath = null, string inputName = BatchField.DefaultInput, TensorShape? sampleShape = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = Path.GetFileName(path).ToLowerInvariant();
        string extension = Path.GetExtension(name);
        if (extension == ".csv")
            return CsvFile.Read(path, new CsvOptions { InputName = inputName, SampleShape = sampleShape, LabelColumn = labelsPath ?? BatchField.DefaultLabel });
        if (extension == ".npz")
            return NumpySource.ReadArchive(path);
        bool isIdx = name.Contains("-idx", StringComparison.Ordinal) || extension == ".idx" || name.EndsWith("-ubyte", StringComparison.Ordinal) || name.EndsWith("-ubyte.gz", StringComparison.Ordinal);
        if (!isIdx && extension != ".npy")
            throw new ArgumentException($"{path}: the format is not known; .csv, .npz, .npy and idx files are read.", nameof(path));
        if (labelsPath is null)
            throw new ArgumentException($"{path}: the file of the labels is missing.", nameof(labelsPath));
        return isIdx
            ? IdxFile.ReadLabelled(path, labelsPath, inputName, sampleShape)
            : NumpySource.ReadLabelled(path, labelsPath, inputName, sampleShape: sampleShape);
    }
}
