using System.Runtime.InteropServices;

namespace DeepCompression;

/// <summary>Counts elements by bit pattern: -0 is not zero, so that lossless stages lose no bit.</summary>
internal static class ZeroPatterns
{
    public static int CountNonZeros(ReadOnlySpan<byte> values, ElementType type) => type.GetSize() switch
    {
        2 => CountNonZeros(MemoryMarshal.Cast<byte, ushort>(values)),
        4 => CountNonZeros(MemoryMarshal.Cast<byte, uint>(values)),
        _ => CountNonZeros(MemoryMarshal.Cast<byte, ulong>(values)),
    };

    private static int CountNonZeros<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IEquatable<T> => values.Length - values.Count(default(T));
}
