namespace DeepCompression.Tests.Coding;

/// <summary>"Neighbours", "Significance", "Codes by sign and rank" and "Values" of FORMAT.md for one segment.</summary>
internal sealed class SpecificationModel
{
    private readonly int _filter, _kernel = 1, _row = 1, _start, _count;

    public SpecificationModel(long[] dimensions, int length, int start, int count)
    {
        (_start, _count) = (start, count);
        _filter = dimensions.Length < 2 ? Math.Max(length, 1) : (int)dimensions.Skip(1).Aggregate(1L, (a, b) => a * b);
        long kernel = dimensions.Skip(2).Aggregate(1L, (a, b) => a * b);
        if (dimensions.Length >= 3 && kernel <= 128)
            (_kernel, _row) = ((int)kernel, (int)dimensions[^1]);
    }

    private int Place(int i) => (_start + i) % _filter % _kernel;

    private int Channel(int i) => (_start + i) % _filter / _kernel % 65536;

    public bool[] ReadSignificance(SpecificationRangeStream stream)
    {
        bool[] coded = new bool[_count];
        for (int i = 0; i < _count; i++)
        {
            int V(long distance) => distance <= i && coded[i - distance] ? 1 : 0;
            if ((_start + i) % _filter == 0)
                stream.Forget("filter");
            int near = V(1) + (2 * V(2)) + (_kernel > 1 ? 4 * V(_row) : 0) + (8 * V(_kernel)) + (16 * V(_filter)) + (32 * V(2 * _kernel)) + (64 * V(2L * _filter));
            int third;
            if (_kernel > 1)
            {
                int a = Enumerable.Range(1, Place(i)).Sum(d => V(d));
                int b = Enumerable.Range(Place(i) + 1, _kernel).Sum(d => V(d));
                third = (32 * Place(i)) + (3 * Math.Min(a, 9)) + Math.Min((b + 1) / 4, 2);
            }
            else
            {
                third = Enumerable.Range(1, 16).Sum(d => V(d));
            }

            string channel = $"channel {Channel(i)}";
            int fourth = (int)((16 * (stream.GetQ(channel) >> 17)) + (stream.GetQ("filter") >> 18));
            int bit = stream.Mixed("significance", $"place {Place(i)}", 0, near, third, fourth);
            coded[i] = bit == 1;
            stream.Learn(channel, bit, 2);
            stream.Learn("filter", bit, 2);
        }

        return coded;
    }

    public byte[] ReadCodes(SpecificationRangeStream stream, bool[] coded, List<ulong[]> centroids, bool hasZero, int elementBits, int groupLength)
    {
        ulong half = 1UL << (elementBits - 1);
        int[] negatives = [.. centroids.Select(group => group.Count(ordinal => ordinal < half))];
        int[] positives = [.. centroids.Select((group, g) => group.Length - negatives[g])];
        int largest = Math.Max(negatives.Max(), positives.Max()) - 1;
        int rankBits = 0;
        while (1 << rankBits <= largest)
            rankBits++;

        List<byte> codes = [];
        int[] levels = new int[_count];
        int[] signs = new int[_count]; // 0 none, 1 negative, 2 positive
        int mean = 256 * 64, meanCount = 0, t1 = 0, t2 = 0;
        Dictionary<int, (int Mean, int Count)> channels = [];
        for (int i = 0; i < _count; i++)
        {
            if (!coded[i])
                continue;
            int G(int distance) => distance <= i ? signs[i - distance] : 0;
            (int channelMean, int channelCount) = channels.GetValueOrDefault(Channel(i), (mean, 0));
            int sum = mean, number = 1;
            foreach (int distance in new[] { 1, _filter, _row, _kernel, 2 }.Where((_, n) => n != 2 || _kernel > 1))
            {
                if (G(distance) == 0)
                    continue;
                sum += 256 * levels[i - distance];
                number++;
            }

            int near = Quantize((sum / number) - mean, 3);
            int inChannel = Quantize(channelMean - mean, 5);
            int group = (_start + i) / groupLength;
            int sign = negatives[group] == 0 ? 1 : positives[group] == 0 ? 0 : stream.Mixed(
                "sign", "sign", 0,
                (9 * G(1)) + (3 * G(_filter)) + (_kernel > 1 ? G(_row) : 0), (3 * Place(i)) + t1,
                (27 * G(_kernel)) + (9 * t2) + (3 * t1) + (_kernel > 1 && _row > 1 ? G(_row - 1) : 0));
            (t1, t2) = (sign + 1, t1);

            int last = (sign == 0 ? negatives[group] : positives[group]) - 1;
            int rank = 0, n = 1;
            for (int place = rankBits - 1; place >= 0; place--)
            {
                int h = (sign << rankBits) + n;
                int bit = rank + (1 << place) > last ? 0
                    : stream.Mixed("rank", $"rank {place}", h, (16 * h) + near, (_kernel * h) + Place(i), (16 * h) + inChannel);
                rank += bit << place;
                n = (2 * n) + bit;
            }

            int index = sign == 0 ? negatives[group] - 1 - rank : negatives[group] + rank;
            codes.Add((byte)(index + (hasZero ? 1 : 0)));
            int log = (int)Math.Floor(Math.Log2(rank + 1));
            signs[i] = sign + 1;
            levels[i] = Math.Min((16 * log) + ((16 * (rank + 1) >> log) & 15), 126);
            channels[Channel(i)] = Learn(channelMean, channelCount, levels[i]);
            (mean, meanCount) = Learn(mean, meanCount, levels[i]);
        }

        return [.. codes];
    }

    public byte[][] ReadValues(SpecificationRangeStream stream, bool[] coded, int planes)
    {
        List<byte>[] bytes = [.. Enumerable.Range(0, planes).Select(_ => new List<byte>())];
        Dictionary<int, int> channels = [];
        int last = 0;
        for (int i = 0; i < _count; i++)
        {
            if (!coded[i])
                continue;
            for (int plane = 0; plane < planes; plane++)
            {
                int n = 1;
                for (int place = 7; place >= 0; place--)
                {
                    n = (2 * n) + (plane > 0
                        ? stream.Adaptive($"plane {plane}: {n}")
                        : stream.Mixed("value", $"value {place}", n, (256 * last) + n, (256 * Place(i)) + n, (256 * channels.GetValueOrDefault(Channel(i))) + n));
                }

                bytes[plane].Add((byte)n);
            }

            last = channels[Channel(i)] = bytes[0][^1];
        }

        return [.. bytes.Select(plane => plane.ToArray())];
    }

    private static (int Mean, int Count) Learn(int mean, int count, int level) =>
        (mean + (((256 * level) - mean) / (count + 2)), Math.Min(count + 1, 255));

    private static int Quantize(int x, int y) => Math.Max(0, Math.Min(15, (x * y >> 12) + 8));
}
