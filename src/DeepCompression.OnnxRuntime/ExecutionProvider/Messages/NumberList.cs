namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>Collects numbers. A list of .NET's is compiled for numbers when it is first used.</summary>
internal sealed class NumberList
{
    private long[] _numbers = new long[8];
    private int _count;

    public void Add(long number)
    {
        if (_count == _numbers.Length)
        {
            long[] more = new long[2 * _count];
            Array.Copy(_numbers, more, _count);
            _numbers = more;
        }

        _numbers[_count++] = number;
    }

    /// <summary>The numbers, in the order in which they came.</summary>
    public long[] ToArray()
    {
        long[] result = new long[_count];
        Array.Copy(_numbers, result, _count);
        return result;
    }
}
