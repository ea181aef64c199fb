namespace DeepCompression.Onnx;

/// <summary>Turns a compressed model into one that every ONNX runtime can run. No value changes.</summary>
public static class ModelUnpacker
{
    /// <summary>Unpacks a model.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="target">Dense weights where they were before packing, or portable nodes.</param>
    /// <returns>The unpacked model. To <see cref="UnpackTarget.Dense"/> it equals the model that was packed, bit for bit.</returns>
    /// <exception cref="InvalidDataException">A compressed weight is damaged or does not fit its node.</exception>
    /// <exception cref="NotSupportedException">The file uses another version of the domain, or a weight cannot be portable in this model.</exception>
    public static OnnxModel Unpack(OnnxModel model, UnpackTarget target = UnpackTarget.Dense)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (target == UnpackTarget.Dense)
            return new UnpackPass().Run(model).Model;

        PassResult result = new LowerPass().Run(model);
        WeightNode? packed = WeightNodeWalker.Find(result.Model).FirstOrDefault(node => node.OperatorType == NodeDomain.PackedWeight);
        if (packed is null)
            return result.Model;
        string reason = result.Skipped.First(note => note.Weight == packed.Path).Text;
        throw new NotSupportedException($"{packed.Where}: it cannot be portable: {reason}.");
    }

    /// <summary>Unpacks a model into a file: aside first, then renamed. Dense weights are decoded while they are written, so that none is in memory as a whole.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="path">The path of the .onnx file to write.</param>
    /// <param name="target">Dense weights where they were before packing, or portable nodes.</param>
    /// <param name="options">Where weights go and whether files may be replaced; the defaults when null.</param>
    /// <param name="progress">Told after each dense weight, on several threads at once. Default: nobody.</param>
    /// <exception cref="InvalidDataException">A compressed weight is damaged or does not fit its node, or the message would be larger than 2 GB.</exception>
    /// <exception cref="NotSupportedException">The file uses another version of the domain, or a weight cannot be portable in this model.</exception>
    /// <exception cref="IOException">A file exists already and <see cref="SaveOptions.Overwrite"/> is false, or it cannot be written.</exception>
    public static void UnpackTo(OnnxModel model, string path, UnpackTarget target = UnpackTarget.Dense, SaveOptions? options = null, IProgress<CompressionProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (target == UnpackTarget.Dense)
            new DenseUnpacking(model, progress).Save(path, options ?? new SaveOptions());
        else
            Unpack(model, target).Save(path, options);
    }
}
