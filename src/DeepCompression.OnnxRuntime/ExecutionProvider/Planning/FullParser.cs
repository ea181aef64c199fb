using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Messages;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>What needs all of a model's message: files that are not read where they lie, and weights that no session's model is written with.</summary>
internal static class FullParser
{
    /// <summary>Reads the outlines of a model.</summary>
    /// <exception cref="InvalidDataException">The bytes are empty, truncated or not an ONNX model.</exception>
    public static ModelMessage Outline(ReadOnlyMemory<byte> bytes, string? path)
    {
        try
        {
            return new ModelMessage(bytes, path);
        }
        catch (InvalidDataException)
        {
            byte[] rewritten = OnnxModel.FromBytes(bytes, path).ToBytes(); // says what is wrong, or writes it as others do
            return Named(path, () => new ModelMessage(rewritten, path));
        }
    }

    /// <summary>Does something with a model; what is wrong with it is said with the file's name.</summary>
    /// <param name="path">The file; null for a model made in memory.</param>
    /// <param name="action">What is done.</param>
    /// <exception cref="InvalidDataException">The model is damaged.</exception>
    public static T Named<T>(string? path, Func<T> action)
    {
        string name = path is null ? "model" : Path.GetFileName(path);
        try
        {
            return action();
        }
        catch (InvalidDataException damage) when (!damage.Message.StartsWith($"{name}: ", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{name}: {damage.Message}", damage);
        }
    }

    /// <summary>Puts dense weights back where they were.</summary>
    /// <param name="model">The model.</param>
    /// <param name="condition">Which nodes give way.</param>
    /// <returns>The model's bytes.</returns>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    /// <exception cref="NotSupportedException">The file uses another version of our domain, or an operator that it lacks.</exception>
    public static byte[] Unpack(ModelMessage model, Func<WeightNode, bool> condition)
    {
        OnnxModel full = OnnxModel.FromBytes(model.Slice(new Extent(0, model.Bytes.Length)), model.Path);
        WeightReplacer replacer = new(full);
        foreach (WeightNode node in WeightNodeWalker.Find(full).Where(condition).ToArray())
        {
            (ElementType type, TensorShape shape, byte[] dense) = node.DecodeDense();
            replacer.Restore(node, type, shape, dense);
        }

        replacer.Finish();
        return full.ToBytes();
    }
}
