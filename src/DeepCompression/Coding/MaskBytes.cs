using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DeepCompression.Coding;

/// <summary>The mask as symbols: element i is bit i % 8 of byte i / 8; bits beyond the last element are 0.</summary>
internal static class MaskBytes
{
    public static int GetLength(int elements) => (elements + 7) / 8;

    public static void Count(ReadOnlySpan<ulong> words, int elements, Span<long> counts)
    {
        if (BitConverter.IsLittleEndian)
        {
            Histogram.Add(MemoryMarshal.AsBytes(words)[..GetLength(elements)], counts);
            return;
        }

        byte[] bytes = new byte[GetLength(elements)];
        Write(words, bytes);
        Histogram.Add(bytes, counts);
    }

    public static void Write(ReadOnlySpan<ulong> words, Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(words[i / 8] >> (i % 8 * 8));
    }

    public static void Read(ReadOnlySpan<byte> bytes, Span<ulong> words)
    {
        words.Clear();
        int whole = bytes.Length / sizeof(ulong);
        for (int word = 0; word < whole; word++)
            words[word] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(word * sizeof(ulong))..]);
        for (int i = whole * sizeof(ulong); i < bytes.Length; i++)
            words[whole] |= (ulong)bytes[i] << (i % 8 * 8);
    }
}
