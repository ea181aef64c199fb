using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepCompression.Coding;

/// <summary>
/// The bytes of unshared values: each bit pattern rotated left by one, so that the exponent is together, then its highest byte
/// as plane 0 (FORMAT.md, "Planes").
/// </summary>
internal sealed class ValuePlanes : IPlanes
{
    private readonly ReadOnlyMemory<byte> _values;

    private ValuePlanes(ReadOnlyMemory<byte> values, int elementSize)
    {
        _values = values;
        Count = elementSize;
        NonZeroCounts = new long[elementSize][];
        for (int plane = 0; plane < elementSize; plane++)
            NonZeroCounts[plane] = new long[Histogram.SymbolCount];
    }

    public int Count { get; }

    public long[][] NonZeroCounts { get; }

    public static ValuePlanes Of(PrunedTensor tensor, NonZeroMask mask, int threads)
    {
        ValuePlanes planes = new(tensor.Values, tensor.ElementType.GetSize());
        Segments.ForEach(tensor.Shape.Length, threads, segment =>
        {
            byte[] bytes = new byte[mask.SegmentNonZeros[segment]];
            Span<long> counts = stackalloc long[Histogram.SymbolCount];
            for (int plane = 0; plane < planes.Count; plane++)
            {
                planes.GatherNonZeros(plane, Segments.GetStart(segment), mask.GetWords(segment), bytes);
                counts.Clear();
                Histogram.Add(bytes, counts);
                for (int value = 0; value < counts.Length; value++)
                    Interlocked.Add(ref planes.NonZeroCounts[plane][value], counts[value]);
            }
        });
        return planes;
    }

    /// <summary>Puts the planes of one element together again.</summary>
    public static void Merge(ReadOnlySpan<byte> planes, int stride, int elementSize, Span<byte> destination)
    {
        switch (elementSize)
        {
            case 2: Merge(planes, stride, MemoryMarshal.Cast<byte, ushort>(destination)); break;
            case 4: Merge(planes, stride, MemoryMarshal.Cast<byte, uint>(destination)); break;
            default: Merge(planes, stride, MemoryMarshal.Cast<byte, ulong>(destination)); break;
        }
    }

    public void GatherAll(int plane, int start, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = GetByte(_values.Span, start + i, plane);
    }

    public void GatherNonZeros(int plane, int start, ReadOnlySpan<ulong> mask, Span<byte> destination)
    {
        ReadOnlySpan<byte> values = _values.Span;
        int count = 0;
        for (int word = 0; word < mask.Length; word++)
        {
            for (ulong bits = mask[word]; bits != 0; bits &= bits - 1)
                destination[count++] = GetByte(values, start + (word * 64) + BitOperations.TrailingZeroCount(bits), plane);
        }
    }

    /// <summary>Byte <c>Count - 1 - plane</c> of the rotated pattern: its upper seven bits are one byte's lower seven, its lowest the next lower byte's highest.</summary>
    private byte GetByte(ReadOnlySpan<byte> values, int element, int plane)
    {
        int at = element * Count;
        int upper = Count - 1 - plane;
        int lower = upper == 0 ? Count - 1 : upper - 1;
        return (byte)((values[at + upper] << 1) | (values[at + lower] >> 7));
    }

    private static void Merge<T>(ReadOnlySpan<byte> planes, int stride, Span<T> destination)
        where T : unmanaged, IBinaryInteger<T>
    {
        int size = Marshal.SizeOf<T>();
        for (int i = 0; i < destination.Length; i++)
        {
            T value = T.Zero;
            for (int plane = 0; plane < size; plane++)
                value = (value << 8) | T.CreateTruncating(planes[(plane * stride) + i]);
            destination[i] = T.RotateRight(value, 1);
        }
    }
}
