namespace DeepCompression.Coding;

/// <summary>A weight is coded in segments that know nothing of each other, so that threads can share it.</summary>
internal static class Segments
{
    /// <summary>Elements a segment; the last one may have fewer.</summary>
    public const int Length = 1 << 20;

    public static int Count(int elements) => (int)(((long)elements + Length - 1) / Length);

    public static int GetStart(int segment) => segment * Length;

    public static int GetLength(int elements, int segment) => Math.Min(Length, elements - GetStart(segment));

    /// <summary>Runs an action for each segment, on the calling thread where there is only one.</summary>
    public static void ForEach(int elements, int maxDegreeOfParallelism, Action<int> action) =>
        WorkSharing.ForEach(Count(elements), maxDegreeOfParallelism, action);
}
