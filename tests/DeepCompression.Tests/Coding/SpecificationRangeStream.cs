namespace DeepCompression.Tests.Coding;

/// <summary>"Range coder" of FORMAT.md, sentence by sentence: contexts are found by name, tables are computed when needed.</summary>
internal sealed class SpecificationRangeStream
{
    private static readonly int[] K =
    [
        22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768,
        40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
    ];

    private readonly byte[] _bytes;
    private readonly Dictionary<string, (long Q, int Seen)> _contexts = [];
    private readonly Dictionary<string, long[]> _weights = [];
    private int _next;
    private uint _range = uint.MaxValue;
    private uint _code;

    public SpecificationRangeStream(byte[] bytes)
    {
        _bytes = bytes;
        for (int i = 0; i < 4; i++)
            _code = (_code << 8) | NextByte();
    }

    public long GetQ(string context) => _contexts.GetValueOrDefault(context, (1 << 21, 0)).Q;

    public void Forget(string context) => _contexts.Remove(context);

    /// <summary>"Adaptive bits."</summary>
    public int Adaptive(string context)
    {
        int bit = Bit(Clamp((int)(GetQ(context) >> 6)));
        Learn(context, bit, 2);
        return bit;
    }

    /// <summary>"Direct bits."</summary>
    public ulong Direct(int count)
    {
        ulong value = 0;
        for (int i = 0; i < count; i++)
            value = (value << 1) | (uint)Bit(32768);
        return value;
    }

    /// <summary>"Mixing."</summary>
    public int Mixed(string model, string weights, params int[] contexts)
    {
        string[] names = [.. contexts.Select((context, table) => $"{model} table {table}: {context}")];
        foreach (string name in names.Skip(1))
        {
            if (!_contexts.ContainsKey(name))
                _contexts[name] = (GetQ(names[0]), 0);
        }

        if (!_weights.TryGetValue(weights, out long[]? w))
            _weights[weights] = w = [16384, 16384, 16384, 16384];
        long[] s = [.. names.Select(name => (long)Stretch((int)(GetQ(name) >> 6)))];
        long x = Math.Clamp(s.Select((value, i) => value * w[i]).Sum() >> 16, -2047, 2047);
        int p = Clamp(Squash((int)x));
        int bit = Bit(p);
        for (int i = 0; i < 4; i++)
        {
            w[i] += ((s[i] * ((65536L * bit) - p)) + 32768) >> 16;
            Learn(names[i], bit, i == 0 ? 2 : 6);
        }

        return bit;
    }

    public void Learn(string context, int bit, int prior)
    {
        (long q, int seen) = _contexts.GetValueOrDefault(context, (1 << 21, 0));
        q += ((bit == 1 ? (1 << 22) - 1 : 0) - q) * (65536 / (seen + prior)) >> 16;
        _contexts[context] = (q, Math.Min(seen + 1, 255));
    }

    private static int Squash(int x)
    {
        int j = (x + 2048) >> 7;
        int f = (x + 2048) & 127;
        return ((K[j] * (128 - f)) + (K[j + 1] * f) + 64) >> 7;
    }

    private static int Stretch(int p)
    {
        int least = -2047;
        int most = 2047;
        while (least < most)
        {
            int middle = (least + most) >> 1;
            if (Squash(middle) >= (16 * (p >> 4)) + 8)
                most = middle;
            else
                least = middle + 1;
        }

        return least;
    }

    private static int Clamp(int p) => Math.Max(32, Math.Min(65504, p));

    private int Bit(int p)
    {
        uint bound = (uint)(((ulong)_range * (ulong)p) >> 16);
        int bit = _code < bound ? 1 : 0;
        if (bit == 1)
            _range = bound;
        else
            (_range, _code) = (_range - bound, _code - bound);
        while (_range < 1 << 24)
            (_range, _code) = (_range << 8, (_code << 8) | NextByte());
        return bit;
    }

    private uint NextByte() => _next < _bytes.Length ? _bytes[_next++] : 0u;
}
