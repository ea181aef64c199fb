namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>Finds the inputs for a model in files that people have: NumPy arrays and ONNX test data sets.</summary>
public static class InputFiles
{
    /// <summary>
    /// Reads samples from a <c>.npy</c>, <c>.npz</c> or <c>.pb</c> file, or from a folder: one with <c>input_N.pb</c> files is a sample,
    /// one with <c>test_data_set_N</c> folders has a sample each, and in any other each such file is a sample.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <returns>At least one sample, in the order of the names.</returns>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or there is none with inputs.</exception>
    /// <exception cref="NotSupportedException">A file is of another kind, or holds something else than numbers or booleans.</exception>
    public static IReadOnlyList<InputSample> Read(string path)
    {
        if (File.Exists(path))
            return [ReadFile(path)];
        if (!Directory.Exists(path))
            throw new FileNotFoundException($"{path}: no such file or folder.", path);

        if (InputsOf(path) is { Count: > 0 } inputs)
            return [ReadDataSet(path, inputs)];

        List<InputSample> sets = [.. Directory.EnumerateDirectories(path, "test_data_set_*")
            .OrderBy(NumberAtEnd).ThenBy(d => d, StringComparer.Ordinal)
            .Select(set => ReadDataSet(set, InputsOf(set)))];
        if (sets.Count > 0)
            return sets;

        List<InputSample> files = [.. Directory.EnumerateFiles(path)
            .Where(f => Path.GetExtension(f) is ".npy" or ".npz" or ".pb")
            .Order(StringComparer.Ordinal)
            .Select(ReadFile)];
        return files.Count > 0 ? files : throw new InvalidDataException($"{path}: no .npy, .npz or .pb file in this folder.");
    }

    private static InputSample ReadFile(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".npy" or ".npz" => new InputSample(path, NumpyFile.Read(path)),
        ".pb" => new InputSample(path, [TensorProtoFile.Read(path)]),
        string other => throw new NotSupportedException($"{path}: inputs are read from .npy, .npz and .pb files, not \"{other}\"."),
    };

    private static InputSample ReadDataSet(string folder, IReadOnlyList<string> inputs) => inputs.Count > 0
        ? new InputSample(folder, [.. inputs.Select(TensorProtoFile.Read)])
        : throw new InvalidDataException($"{folder}: no input_0.pb in this test data set.");

    private static List<string> InputsOf(string folder) =>
        [.. Directory.EnumerateFiles(folder, "input_*.pb").OrderBy(NumberAtEnd).ThenBy(f => f, StringComparer.Ordinal)];

    private static int NumberAtEnd(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return int.TryParse(name[(name.LastIndexOf('_') + 1)..], out int number) ? number : int.MaxValue;
    }
}
