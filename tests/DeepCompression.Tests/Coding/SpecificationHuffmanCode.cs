namespace DeepCompression.Tests.Coding;

/// <summary>"Canonical code" and "Streams" of FORMAT.md: codes are strings of 0 and 1.</summary>
internal sealed class SpecificationHuffmanCode
{
    private readonly Dictionary<string, byte> _symbols = [];
    private readonly byte? _single;

    public SpecificationHuffmanCode(int[] lengths)
    {
        int[] order = [.. Enumerable.Range(0, lengths.Length).Where(s => lengths[s] > 0).OrderBy(s => lengths[s]).ThenBy(s => s)];
        if (order.Length == 1)
            _single = (byte)order[0];
        int code = 0;
        int length = 0;
        foreach (int symbol in order)
        {
            code <<= lengths[symbol] - length;
            length = lengths[symbol];
            _symbols.Add(Convert.ToString(code, 2).PadLeft(length, '0'), (byte)symbol);
            code++;
        }
    }

    public byte[] ReadStreams(SpecificationReader reader, int count)
    {
        if (count < 8192)
            return ReadStream(reader, count);
        int quarter = count / 4;
        return [.. ReadStream(reader, quarter), .. ReadStream(reader, quarter), .. ReadStream(reader, quarter), .. ReadStream(reader, count - (3 * quarter))];
    }

    private byte[] ReadStream(SpecificationReader reader, int count)
    {
        byte[] bytes = reader.Bytes((int)reader.Varint());
        byte[] symbols = new byte[count];
        int bit = 0;
        for (int i = 0; i < count; i++)
        {
            if (_single is { } only)
            {
                symbols[i] = only;
                continue;
            }

            string code = "";
            while (!_symbols.ContainsKey(code))
            {
                code += ((bytes[bit / 8] >> (7 - (bit % 8))) & 1) == 1 ? '1' : '0';
                bit++;
            }

            symbols[i] = _symbols[code];
        }

        return symbols;
    }
}
