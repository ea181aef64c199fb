using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>A tensor that goes into a model or comes out of it.</summary>
public sealed class TensorValue
{
    /// <summary>Makes a tensor of its bytes.</summary>
    /// <param name="name">The name of the model's input or output; empty where it is not known.</param>
    /// <param name="elementType">The type of an element: a number of 8 to 64 bits or a boolean.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    /// <param name="bytes">The elements, little-endian and row-major. The tensor keeps this memory.</param>
    /// <exception cref="ArgumentException">The number of bytes does not fit the shape.</exception>
    /// <exception cref="NotSupportedException"><paramref name="elementType"/> is not a number or a boolean.</exception>
    public TensorValue(string name, TensorElementType elementType, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        var checkedShape = new TensorShape(shape);
        if ((long)checkedShape.Length * TensorElements.GetSize(elementType) != bytes.Length)
            throw new ArgumentException($"{bytes.Length} bytes are not a {elementType} tensor of shape {checkedShape}.", nameof(bytes));

        Name = name;
        ElementType = elementType;
        Shape = [.. shape];
        Length = checkedShape.Length;
        Bytes = bytes;
    }

    /// <summary>The name of the model's input or output; empty where it is not known.</summary>
    public string Name { get; }

    /// <summary>The type of an element.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements, little-endian and row-major.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Makes a float32 tensor.</summary>
    /// <param name="name">The name of the model's input or output.</param>
    /// <param name="shape">The dimensions, outermost first.</param>
    /// <param name="values">The elements, row-major; they are copied.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public static TensorValue FromSingle(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> values) =>
        new(name, TensorElementType.Float, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The elements as numbers, row-major.</summary>
    /// <returns>A new array of <see cref="Length"/> numbers.</returns>
    public double[] ToDoubles()
    {
        var values = new double[Length];
        CopyTo(0, values);
        return values;
    }

    /// <summary>Writes some of the elements as numbers.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="destination">As many elements as are wanted.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer elements.</exception>
    public void CopyTo(int start, Span<double> destination) =>
        TensorElements.ToDoubles(ElementType, Bytes.Span[(start * TensorElements.GetSize(ElementType))..], destination);

    /// <summary>The same tensor under another name.</summary>
    /// <param name="name">The new name.</param>
    /// <returns>A tensor over the same memory.</returns>
    public TensorValue WithName(string name) => new(name, ElementType, Shape.AsSpan(), Bytes);

    /// <summary>Copies the tensor into memory of ONNX Runtime.</summary>
    internal OrtValue ToOrtValue()
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, ElementType, [.. Shape]);
        if (Length > 0)
            Bytes.Span.CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    /// <summary>Copies a tensor out of memory of ONNX Runtime.</summary>
    internal static TensorValue FromOrtValue(string name, OrtValue value)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        byte[] bytes = info.ElementCount == 0 ? [] : value.GetTensorMutableRawData().ToArray();
        return new TensorValue(name, info.ElementDataType, info.Shape, bytes);
    }
}
