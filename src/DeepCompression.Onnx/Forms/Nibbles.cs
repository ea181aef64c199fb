namespace DeepCompression.Onnx;

/// <summary>Two 4-bit integers a byte, the first in the lower half, as ONNX stores int4 and MatMulNBits its blocks.</summary>
internal static class Nibbles
{
    /// <summary>Packs integers of -8..7, after adding an offset.</summary>
    public static byte[] Pack(ReadOnlySpan<sbyte> values, int offset)
    {
        byte[] packed = new byte[(values.Length + 1) / 2];
        for (int i = 0; i < values.Length; i++)
            packed[i / 2] |= (byte)(((values[i] + offset) & 15) << (i % 2 * 4));
        return packed;
    }
}
