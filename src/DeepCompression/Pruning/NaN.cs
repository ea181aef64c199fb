using System.Runtime.Intrinsics;

namespace DeepCompression.Pruning;

/// <summary>Finds numbers that are none.</summary>
internal static class NaN
{
    /// <summary>The index of the first NaN, or -1.</summary>
    public static int IndexOf(ReadOnlySpan<float> values)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
        {
            Vector256<float> lanes = Vector256.Create(values.Slice(i, Vector256<float>.Count));
            if (!Vector256.EqualsAll(lanes, lanes))
                break;
        }

        for (; i < values.Length; i++)
        {
            if (float.IsNaN(values[i]))
                return i;
        }

        return -1;
    }
}
