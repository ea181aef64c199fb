using System.Buffers.Binary;
using System.Numerics;

namespace DeepCompression.Tests.Coding;

/// <summary>A second decoder, slow and obvious, written from part 2 of FORMAT.md alone. It trusts its input.</summary>
internal sealed class SpecificationDecoder
{
    private readonly SpecificationReader _reader;
    private readonly int _elementBytes;
    private readonly bool _shared, _hasZero, _range;
    private readonly int _form, _groups = 1, _size, _k;
    private readonly long[] _dimensions;
    private readonly int _length;
    private readonly List<ulong[]> _centroids = [];
    private readonly List<SpecificationHuffmanCode> _codes = [];

    private SpecificationDecoder(byte[] blob)
    {
        _reader = new SpecificationReader(blob, blob.Length - 4);
        Assert.Equal(1, _reader.Byte());
        byte kind = _reader.Byte();
        _elementBytes = new[] { 4, 2, 2, 8 }[kind & 3];
        (_shared, _hasZero, _form, _range) = ((kind & 4) != 0, (kind & 8) != 0, (kind >> 4) & 3, (kind & 64) != 0);
        _dimensions = new long[_reader.Varint()];
        for (int i = 0; i < _dimensions.Length; i++)
            _dimensions[i] = _reader.Varint();
        _length = _dimensions.Contains(0) ? 0 : (int)_dimensions.Aggregate(1L, (a, b) => a * b);
        if ((kind & 128) != 0)
            _groups = (int)_reader.Varint();
        if (_shared)
            _size = (int)_reader.Varint();
        if (_form == 2)
            _k = _reader.Byte();
        ReadSideInformation(new SpecificationRangeStream(_reader.Bytes((int)_reader.Varint())));
    }

    /// <summary>Decodes a blob to dense little-endian values.</summary>
    public static byte[] Decode(byte[] blob)
    {
        SpecificationDecoder decoder = new(blob);
        int segments = (decoder._length + (1 << 20) - 1) >> 20;
        long[] lengths = new long[segments];
        for (int i = 0; segments > 1 && i < segments; i++)
            lengths[i] = decoder._reader.Varint();
        List<byte> dense = [];
        for (int i = 0; i < segments; i++)
        {
            byte[] bytes = decoder._reader.Bytes(segments > 1 ? (int)lengths[i] : decoder._reader.Left);
            dense.AddRange(decoder.DecodeSegment(new SpecificationReader(bytes, bytes.Length), i << 20, Math.Min(1 << 20, decoder._length - (i << 20))));
        }

        Assert.Equal(0, decoder._reader.Left);
        return [.. dense];
    }

    private byte[] DecodeSegment(SpecificationReader reader, int start, int count)
    {
        bool[] coded = new bool[count];
        SpecificationModel model = new(_dimensions, _length, start, count);
        if (_form == 0)
            Array.Fill(coded, true);
        else if (_range)
            coded = model.ReadSignificance(new SpecificationRangeStream(reader.Bytes((int)reader.Varint())));
        else if (_form == 1)
            coded = ReadMask(reader, count);
        else
            coded = ReadGaps(reader, count);

        int planes = _shared ? 1 : _elementBytes;
        byte[][] bytes = new byte[planes][];
        if (!_range)
        {
            for (int plane = 0; plane < planes; plane++)
                bytes[plane] = _codes[(_form == 0 ? 0 : 1) + plane].ReadStreams(reader, coded.Count(c => c));
        }
        else if (coded.Any(c => c))
        {
            SpecificationRangeStream stream = new(reader.Bytes(reader.Left));
            bytes = _shared ? [model.ReadCodes(stream, coded, _centroids, _hasZero, 8 * _elementBytes, _length / _groups)] : model.ReadValues(stream, coded, planes);
        }

        Assert.True(_range || reader.Left == 0);
        return Place(start, coded, bytes);
    }

    private byte[] Place(int start, bool[] coded, byte[][] planes)
    {
        byte[] dense = new byte[coded.Length * _elementBytes];
        byte[] eight = new byte[8];
        for (int i = 0, next = 0; i < coded.Length; i++)
        {
            if (!coded[i])
                continue;
            BinaryPrimitives.WriteUInt64LittleEndian(eight, _shared ? GetCentroid(start + i, planes[0][next]) : GetValue(planes, next));
            Array.Copy(eight, 0, dense, i * _elementBytes, _elementBytes);
            next++;
        }

        return dense;
    }

    private ulong GetCentroid(int element, int code)
    {
        if (_hasZero && code == 0)
            return 0;
        ulong ordinal = _centroids[element / (_length / _groups)][code - (_hasZero ? 1 : 0)];
        ulong sign = 1UL << ((8 * _elementBytes) - 1);
        return (ordinal & sign) != 0 ? ordinal ^ sign : ~ordinal;
    }

    private static ulong GetValue(byte[][] planes, int index)
    {
        BigInteger rotated = 0;
        foreach (byte[] plane in planes)
            rotated = (rotated * 256) + plane[index];
        BigInteger value = (rotated / 2) + (rotated % 2 * BigInteger.Pow(2, (8 * planes.Length) - 1));
        return (ulong)value;
    }

    private bool[] ReadMask(SpecificationReader reader, int count)
    {
        byte[] mask = _codes[0].ReadStreams(reader, (count + 7) / 8);
        return [.. Enumerable.Range(0, count).Select(i => ((mask[i / 8] >> (i % 8)) & 1) == 1)];
    }

    private bool[] ReadGaps(SpecificationReader reader, int count)
    {
        bool[] coded = new bool[count];
        int element = 0;
        foreach (byte symbol in _codes[0].ReadStreams(reader, (int)reader.Varint()))
        {
            element += symbol;
            if (symbol != (1 << _k) - 1)
                coded[element++] = true;
        }

        return coded;
    }

    private void ReadSideInformation(SpecificationRangeStream stream)
    {
        int bits = 8 * _elementBytes;
        for (int group = 0; _shared && group < _groups; group++)
        {
            int count = _groups > 1 ? (int)stream.Direct(9) : _size - (_hasZero ? 1 : 0);
            ulong[] ordinals = new ulong[count];
            int length = 0;
            int sign = 0;
            for (int i = 0; i < count; i++)
            {
                if (i == 0)
                {
                    ordinals[0] = stream.Direct(bits);
                    continue;
                }

                length += ReadChange(stream, "step", ref sign);
                ulong step = length == 0 ? 0UL : 1UL;
                string context = "first";
                for (int bit = 0; bit < length - 1; bit++)
                {
                    ulong next = bit < 2 ? (ulong)stream.Adaptive($"step {sign} {context}") : stream.Direct(1);
                    context = $"after {next}";
                    step = (step * 2) + next;
                }

                ordinals[i] = ordinals[i - 1] + step + 1;
            }

            _centroids.Add(ordinals);
        }

        int[] alphabets = [.. _form == 2 ? [1 << _k] : _form == 1 ? [256] : Array.Empty<int>(), .. Enumerable.Repeat(_shared ? _size : 256, _shared ? 1 : _elementBytes)];
        for (int i = 0; !_range && i < alphabets.Length; i++)
        {
            int last = 8;
            int sign = 0;
            int occurs = 1;
            int[] lengths = new int[alphabets[i]];
            for (int symbol = 0; symbol < lengths.Length; symbol++)
            {
                occurs = stream.Adaptive($"code {i} occurs {occurs}");
                if (occurs == 1)
                    lengths[symbol] = last += ReadChange(stream, $"code {i}", ref sign);
            }

            _codes.Add(new SpecificationHuffmanCode(lengths));
        }
    }

    /// <summary>"Changes."</summary>
    private static int ReadChange(SpecificationRangeStream stream, string what, ref int sign)
    {
        int before = sign;
        sign = 0;
        if (stream.Adaptive($"{what} any {before}") == 0)
            return 0;
        sign = stream.Adaptive($"{what} sign {before}") == 1 ? -1 : 1;
        int size = 1;
        while (stream.Adaptive($"{what} more {Math.Min(size, 6)}") == 1)
            size++;
        return sign * size;
    }
}
