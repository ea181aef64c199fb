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
}
