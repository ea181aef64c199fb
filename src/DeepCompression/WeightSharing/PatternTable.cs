namespace DeepCompression.WeightSharing;

/// <summary>Numbers the distinct bit patterns of a weight in order of appearance, up to 256 of them.</summary>
internal sealed class PatternTable
{
    private const int Bits = 10; // a quarter full at most, so nearly every look-up is the first slot
    private const int Slots = 1 << Bits;

    private readonly ulong[] _patterns = new ulong[Slots];
    private readonly short[] _numbers = new short[Slots];
    private readonly List<ulong> _order = [];

    public PatternTable() => Array.Fill(_numbers, (short)-1);

    /// <summary>The patterns, by number.</summary>
    public IReadOnlyList<ulong> Patterns => _order;

    /// <summary>The number of a pattern, or -1 if it would be the 257th.</summary>
    public int NumberOf(ulong pattern)
    {
        int slot = (int)(pattern * 0x9E37_79B9_7F4A_7C15 >> (64 - Bits));
        while (true)
        {
            int number = _numbers[slot];
            if (number < 0)
                return Add(slot, pattern);
            if (_patterns[slot] == pattern)
                return number;
            slot = (slot + 1) & (Slots - 1);
        }
    }

    private int Add(int slot, ulong pattern)
    {
        if (_order.Count == Codebook.MaxSize)
            return -1;
        (_patterns[slot], _numbers[slot]) = (pattern, (short)_order.Count);
        _order.Add(pattern);
        return _order.Count - 1;
    }
}
