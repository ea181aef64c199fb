using System.Runtime.InteropServices;

namespace DeepCompression.WeightSharing;

/// <summary>
/// Finds the code of every weight from the boundaries between centroids. A table over the upper 16 bits of a single-precision number
/// holds where to begin among them; few weights need a step from there.
/// </summary>
internal sealed class CodeAssigner
{
    private const int Strip = 1024; // weights widened at a time

    private readonly double[] _boundaries;
    private readonly float[] _limits; // the least single-precision number that is not below each boundary, then infinity
    private readonly byte[] _begin = new byte[1 << 16];
    private readonly int _offset;

    /// <param name="boundaries">Ascending: a weight has as many centroids below its own as there are boundaries not above it.</param>
    /// <param name="offset">The code of the first centroid: 1 where code 0 is that of zero.</param>
    public CodeAssigner(double[] boundaries, int offset)
    {
        _offset = offset;
        _boundaries = boundaries;
        _limits = new float[_boundaries.Length + 1];
        _limits[^1] = float.PositiveInfinity;
        int filled = 0;
        for (int i = 0; i < _boundaries.Length; i++)
        {
            float limit = (float)_boundaries[i];
            _limits[i] = limit < _boundaries[i] ? MathF.BitIncrement(limit) : limit;

            // All numbers with these upper bits are at least the limit from the first bucket that begins at or after it.
            int next = (int)Math.Min(1 << 16, ((long)ToKey(_limits[i]) + 0xFFFF) >> 16);
            _begin.AsSpan(filled, Math.Max(0, next - filled)).Fill((byte)i);
            filled = Math.Max(filled, next);
        }

        _begin.AsSpan(filled).Fill((byte)_boundaries.Length);
    }

    /// <summary>Writes the code of every weight: 0 for zero, else the offset and the rank of its centroid.</summary>
    public void Assign(ElementType type, ReadOnlySpan<byte> values, Span<byte> codes)
    {
        switch (type)
        {
            case ElementType.Float32:
                SpanChunks.For(MemoryMarshal.Cast<byte, float>(values), codes, (chunk, own, _) => Assign(chunk, own));
                break;
            case ElementType.Float64:
                SpanChunks.For(MemoryMarshal.Cast<byte, double>(values), codes, (chunk, own, _) => Assign(chunk, own));
                break;
            default:
                SpanChunks.For(MemoryMarshal.Cast<byte, ushort>(values), codes, (chunk, own, _) =>
                {
                    Span<float> strip = stackalloc float[Strip];
                    for (int i = 0; i < chunk.Length; i += Strip)
                    {
                        int length = Math.Min(Strip, chunk.Length - i);
                        WeightValues.ToSingle(type, MemoryMarshal.AsBytes(chunk.Slice(i, length)), strip);
                        Assign(strip[..length], own[i..]);
                    }
                });
                break;
        }
    }

    private void Assign(ReadOnlySpan<float> values, Span<byte> codes)
    {
        byte[] begin = _begin;
        float[] limits = _limits;
        int offset = _offset;
        for (int i = 0; i < values.Length; i++)
        {
            float value = values[i];
            if (value == 0)
            {
                codes[i] = 0;
                continue;
            }

            int code = begin[ToKey(value) >> 16];
            while (value >= limits[code])
                code++;
            codes[i] = (byte)(code + offset);
        }
    }

    private void Assign(ReadOnlySpan<double> values, Span<byte> codes)
    {
        for (int i = 0; i < values.Length; i++)
        {
            int code = Array.BinarySearch(_boundaries, values[i]);
            codes[i] = values[i] == 0 ? (byte)0 : (byte)((code < 0 ? ~code : code + 1) + _offset);
        }
    }

    private static uint ToKey(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return bits ^ ((uint)((int)bits >> 31) | 0x8000_0000);
    }
}
