namespace DeepCompression.Training.Graphs;

/// <summary>Arithmetic on static shapes.</summary>
internal static class Shapes
{
    public static long Length(ReadOnlySpan<long> shape)
    {
        long length = 1;
        foreach (long dimension in shape)
            length = checked(length * dimension);
        return length;
    }

    /// <summary>An axis counted from the front.</summary>
    public static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    /// <summary>0, 1, ... count - 1.</summary>
    public static long[] Range(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    /// <summary>The order of axes that undoes <paramref name="order"/>.</summary>
    public static long[] Inverse(ReadOnlySpan<long> order)
    {
        long[] inverse = new long[order.Length];
        for (int i = 0; i < order.Length; i++)
            inverse[order[i]] = i;
        return inverse;
    }

    /// <summary>The axes of <paramref name="from"/> over which a broadcast from <paramref name="to"/> repeats.</summary>
    public static long[] BroadcastAxes(ReadOnlySpan<long> from, ReadOnlySpan<long> to)
    {
        List<long> axes = [];
        int lead = from.Length - to.Length;
        for (int axis = 0; axis < from.Length; axis++)
        {
            if (axis < lead || (to[axis - lead] == 1 && from[axis] != 1))
                axes.Add(axis);
        }

        return [.. axes];
    }

    /// <summary>The shape with some axes replaced by 1.</summary>
    public static long[] Reduced(ReadOnlySpan<long> shape, ReadOnlySpan<long> axes)
    {
        long[] reduced = shape.ToArray();
        foreach (long axis in axes)
            reduced[Axis(axis, shape.Length)] = 1;
        return reduced;
    }
}
