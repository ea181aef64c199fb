using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DeepCompression;

/// <summary>Converts weights as they are stored in a model to and from single precision.</summary>
public static class WeightValues
{
    /// <summary>Widens (or, for float64, rounds to nearest even) stored weights to single precision.</summary>
    /// <param name="type">The element type of <paramref name="source"/>.</param>
    /// <param name="source">The weights, little-endian.</param>
    /// <param name="destination">One number an element. Not a view of the memory of <paramref name="source"/>, unless that is float32.</param>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not a whole number of elements.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <remarks>Exact for float16, bfloat16 and float32. A float64 beyond the range of single precision becomes an infinity.</remarks>
    public static void ToSingle(ElementType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        int length = CountElements(type, source.Length, destination.Length, nameof(source), nameof(destination));
        destination = destination[..length];
        switch (type)
        {
            case ElementType.Float32:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(destination);
                break;
            case ElementType.Float16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(source);
                for (int i = 0; i < destination.Length; i++)
                    destination[i] = (float)halves[i];
                break;
            case ElementType.BFloat16:
                ReadOnlySpan<ushort> uppers = MemoryMarshal.Cast<byte, ushort>(source);
                for (int i = 0; i < destination.Length; i++)
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)uppers[i] << 16);
                break;
            default:
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(source);
                for (int i = 0; i < destination.Length; i++)
                    destination[i] = (float)doubles[i];
                break;
        }
    }

    /// <summary>Widens stored weights to single precision, in a new array.</summary>
    /// <param name="type">The element type of <paramref name="source"/>.</param>
    /// <param name="source">The weights, little-endian.</param>
    /// <returns>One number an element.</returns>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not a whole number of elements.</exception>
    public static float[] ToSingle(ElementType type, ReadOnlySpan<byte> source)
    {
        float[] values = new float[source.Length / type.GetSize()];
        ToSingle(type, source, values);
        return values;
    }

    /// <summary>Stores numbers as weights of the given type, rounded to nearest even.</summary>
    /// <param name="type">The element type of <paramref name="destination"/>.</param>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">The weights, little-endian; at least as many elements as <paramref name="source"/>. Not a view of the memory of <paramref name="source"/>, unless it is float32.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <remarks>A number beyond the range of the type becomes an infinity, as IEEE 754 has it. NaN stays NaN.</remarks>
    public static void FromSingle(ElementType type, ReadOnlySpan<float> source, Span<byte> destination)
    {
        long bytes = (long)source.Length * type.GetSize();
        if (destination.Length < bytes)
            throw new ArgumentException($"{bytes} bytes are needed; found {destination.Length}.", nameof(destination));

        for (int i = 0; type != ElementType.Float32 && i < source.Length; i++)
            WriteElement(type, source[i], destination, i);
        if (type == ElementType.Float32)
            source.CopyTo(MemoryMarshal.Cast<byte, float>(destination));
    }

    /// <summary>Stores one number, rounded once and to nearest even.</summary>
    /// <param name="type">The element type of <paramref name="destination"/>.</param>
    /// <param name="value">The number.</param>
    /// <param name="destination">The weights, little-endian.</param>
    /// <param name="index">The element to write.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not an element.</exception>
    public static void WriteElement(ElementType type, double value, Span<byte> destination, int index)
    {
        Span<byte> element = destination.Slice(index * type.GetSize(), type.GetSize());
        switch (type)
        {
            case ElementType.Float16: BinaryPrimitives.WriteHalfLittleEndian(element, (Half)value); break;
            case ElementType.BFloat16: BinaryPrimitives.WriteUInt16LittleEndian(element, RoundToBFloat16(value)); break;
            case ElementType.Float32: BinaryPrimitives.WriteSingleLittleEndian(element, (float)value); break;
            default: BinaryPrimitives.WriteDoubleLittleEndian(element, value); break;
        }
    }

    /// <summary>Reads one element; exact for every type.</summary>
    /// <param name="type">The element type of <paramref name="source"/>.</param>
    /// <param name="source">The weights, little-endian.</param>
    /// <param name="index">The element to read.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not an element.</exception>
    public static double ReadElement(ElementType type, ReadOnlySpan<byte> source, int index)
    {
        ReadOnlySpan<byte> element = source.Slice(index * type.GetSize(), type.GetSize());
        return type switch
        {
            ElementType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
            ElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
            ElementType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(element),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(element),
        };
    }

    private static ushort RoundToBFloat16(double value)
    {
        float single = (float)value;
        uint bits = BitConverter.SingleToUInt32Bits(single);
        if (float.IsNaN(single))
            return (ushort)((bits >> 16) | 0x40); // a quiet NaN, even when its payload was all in the lower half

        // Rounding twice could go wrong where the first rounding made a tie of what was none: make its last bit sticky.
        if (float.IsFinite(single) && (bits & 0xFFFF) == 0x8000 && single != value)
            bits += Math.Abs(value) > Math.Abs((double)single) ? 1u : uint.MaxValue;
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static int CountElements(ElementType type, int bytes, int capacity, string source, string destination)
    {
        int size = type.GetSize();
        if (bytes % size != 0)
            throw new ArgumentException($"{bytes} bytes are not a whole number of {type} elements.", source);
        if (capacity < bytes / size)
            throw new ArgumentException($"{bytes / size} elements are needed; found {capacity}.", destination);
        return bytes / size;
    }
}
