using System.Runtime.InteropServices;
using DeepCompression.OnnxRuntime.Verification;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.Training.Data;

/// <summary>Reads samples from arrays that NumPy saved.</summary>
public static class NumpySource
{
    /// <summary>Reads a <c>.npz</c> archive as a source: an array a field, named like the field, samples first.</summary>
    /// <param name="path">The file.</param>
    /// <param name="byteScale">What arrays of bytes are multiplied with to become floats; 1/255 by default. Other integers stay integers, as labels; all fractions become float32.</param>
    /// <exception cref="InvalidDataException">The file is damaged, an array has no samples, or the numbers of samples differ.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ArrayBatchSource ReadArchive(string path, float byteScale = 1f / 255) =>
        Combine(path, NumpyFile.Read(path).Select(array => Column(array, array.Name, isLabel: false, byteScale, null, path)));

    /// <summary>Reads inputs and labels from two <c>.npy</c> files as a source.</summary>
    /// <param name="inputsPath">The inputs, samples first.</param>
    /// <param name="labelsPath">The class labels, an integer a sample; or the targets of a regression, fractions.</param>
    /// <param name="inputName">The name of the inputs' field.</param>
    /// <param name="labelName">The name of the labels' field.</param>
    /// <param name="sampleShape">The shape of one input where it is not the file's.</param>
    /// <param name="byteScale">What inputs that are bytes are multiplied with; 1/255 by default.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ArrayBatchSource ReadLabelled(string inputsPath, string labelsPath, string inputName = BatchField.DefaultInput, string labelName = BatchField.DefaultLabel, TensorShape? sampleShape = null, float byteScale = 1f / 255) =>
        Combine(inputsPath, [
            Column(NumpyFile.Read(inputsPath)[0], inputName, isLabel: false, byteScale, sampleShape, inputsPath),
            Column(NumpyFile.Read(labelsPath)[0], labelName, isLabel: true, byteScale, null, labelsPath)]);

    private static ArrayBatchSource Combine(string path, IEnumerable<ArrayColumn> columns)
    {
        try
        {
            return new ArrayBatchSource(columns);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static ArrayColumn Column(TensorValue array, string name, bool isLabel, float byteScale, TensorShape? sampleShape, string path)
    {
        if (array.Shape.Length == 0)
            throw new InvalidDataException($"{path}: '{name}' is a single number, not a sample a row.");
        TensorShape shape = sampleShape ?? new TensorShape(array.Shape.AsSpan()[1..]);
        if (shape.Length == 0 || (long)shape.Length * array.Shape[0] != array.Length)
            throw new InvalidDataException($"{path}: {array.Shape[0]} samples of shape {shape} are not the {array.Length} elements of '{name}'.");
        switch (array.ElementType)
        {
            case TensorElementType.UInt8 when !isLabel:
                return ArrayColumn.Bytes(name, shape, array.Bytes, byteScale);
            case TensorElementType.Float:
                return ArrayColumn.Floats(name, shape, MemoryMarshal.Cast<byte, float>(array.Bytes.Span).ToArray());
            case TensorElementType.Double or TensorElementType.Float16 or TensorElementType.BFloat16:
                return ArrayColumn.Floats(name, shape, Array.ConvertAll(array.ToDoubles(), value => (float)value));
            case TensorElementType.Int64:
                return ArrayColumn.Integers(name, shape, MemoryMarshal.Cast<byte, long>(array.Bytes.Span).ToArray());
            default:
                return ArrayColumn.Integers(name, shape, Array.ConvertAll(array.ToDoubles(), value => (long)value));
        }
    }
}
