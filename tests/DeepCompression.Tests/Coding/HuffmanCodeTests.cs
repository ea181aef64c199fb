using DeepCompression.Coding;
using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Tests.Coding;

public sealed class HuffmanCodeTests
{
    [Fact]
    public void Compute_RandomCounts_IsCompleteLimitedAndNoLongerThanAnyTree() =>
        Prop.ForAll<int>(seed =>
        {
            Random random = new(seed);
            long[] counts = new long[random.Next(2, 257)];
            foreach (ref long count in counts.AsSpan())
                count = random.Next(4) == 0 ? 0 : (long)Math.Exp(random.NextDouble() * random.Next(1, 20));
            int limit = random.Next(8, 15);
            byte[] lengths = new byte[counts.Length];
            long bits = HuffmanCodeLengths.Compute(counts, limit, lengths);
            if (counts.Count(count => count > 0) < 2)
                return bits == 0;

            double kraft = lengths.Where(length => length > 0).Sum(length => Math.Pow(2, -length));
            long unlimited = UnlimitedHuffmanBits(counts);
            double entropy = Histogram.GetEntropy(counts);
            bool deep = lengths.Max() == limit;
            return kraft == 1 && lengths.Max() <= limit && bits >= unlimited && (deep || bits == unlimited) && bits >= entropy - 1e-6
                && counts.Zip(lengths).All(pair => (pair.First > 0) == (pair.Second > 0));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Compute_LimitThatBinds_IsOptimumOfExhaustiveSearch()
    {
        // Fibonacci counts make the deepest tree: 12 symbols would take 11 bits; with 8 bits the best is found by dynamic programming.
        long[] counts = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144];
        byte[] lengths = new byte[counts.Length];
        Assert.Equal(BestLimitedBits(counts, 8), HuffmanCodeLengths.Compute(counts, 8, lengths));
    }

    [Fact]
    public void Decode_RandomSymbolsOfAnySkew_GivesTheSymbols() =>
        Prop.ForAll<int>(seed =>
        {
            Random random = new(seed);
            byte[] symbols = new byte[random.Next(5) == 0 ? random.Next(0, 20) : random.Next(0, 40_000)];
            int alphabet = random.Next(1, 257);
            double skew = random.NextDouble() * 6;
            foreach (ref byte symbol in symbols.AsSpan())
                symbol = (byte)(alphabet * Math.Pow(random.NextDouble(), 1 + skew));
            long[] counts = new long[256];
            Histogram.Add(symbols, counts);
            CanonicalCode code = CanonicalCode.FromCounts(counts, random.Next(8, 15));

            ByteWriter writer = new();
            HuffmanStreams.Write(symbols, code, writer);
            ByteReader reader = new(writer.Written);
            byte[] decoded = new byte[symbols.Length];
            HuffmanStreams.Read(ref reader, new HuffmanDecoder(code), decoded, "symbols");
            return reader.Remaining == 0 && decoded.AsSpan().SequenceEqual(symbols);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Fact]
    public void Decode_WarmedUp_AllocatesNothing()
    {
        byte[] symbols = new byte[50_000];
        new Random(1).NextBytes(symbols);
        foreach (ref byte symbol in symbols.AsSpan())
            symbol &= 31;
        long[] counts = new long[256];
        Histogram.Add(symbols, counts);
        CanonicalCode code = CanonicalCode.FromCounts(counts);
        byte[] stream = new byte[HuffmanEncoder.GetMaxEncodedLength(symbols.Length)];
        int length = HuffmanEncoder.Encode(symbols, code, stream);
        HuffmanDecoder decoder = new(code);
        byte[] decoded = new byte[symbols.Length];
        decoder.Decode(stream.AsSpan(0, length), decoded);
        long before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(stream.AsSpan(0, length), decoded);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(symbols, decoded);
    }

    [Fact]
    public void Encode_SymbolWithoutCodeOrShortDestination_Throws()
    {
        CanonicalCode code = new([1, 1]);
        Assert.Throws<ArgumentException>(() => HuffmanEncoder.Encode([2], code, new byte[64]));
        Assert.Throws<ArgumentException>(() => HuffmanEncoder.Encode([0, 1], code, new byte[1]));
    }

    [Theory]
    [InlineData(new byte[] { 1, 1, 1 })]
    [InlineData(new byte[] { 2, 1 })]
    [InlineData(new byte[] { 0, 2 })]
    [InlineData(new byte[] { 15, 1 })]
    public void Constructor_LengthsOfNoCompleteCode_ThrowsInvalidData(byte[] lengths) =>
        Assert.Throws<InvalidDataException>(() => new CanonicalCode(lengths));

    private static long UnlimitedHuffmanBits(long[] counts)
    {
        PriorityQueue<long, long> queue = new();
        foreach (long count in counts.Where(count => count > 0))
            queue.Enqueue(count, count);
        long bits = 0;
        while (queue.Count > 1)
        {
            long sum = queue.Dequeue() + queue.Dequeue();
            bits += sum;
            queue.Enqueue(sum, sum);
        }

        return bits;
    }

    /// <summary>All ways to give ascending counts lengths of 1 to the limit that fill a code.</summary>
    private static long BestLimitedBits(long[] counts, int limit)
    {
        Dictionary<(int Symbol, int Left), long> known = [];
        return Best(0, 1 << limit);

        long Best(int symbol, int left)
        {
            if (symbol == counts.Length)
                return left == 0 ? 0 : long.MaxValue / 4;
            if (known.TryGetValue((symbol, left), out long best))
                return best;
            best = long.MaxValue / 4;
            for (int length = 1; length <= limit; length++)
            {
                if (1 << (limit - length) <= left)
                    best = Math.Min(best, (counts[symbol] * length) + Best(symbol + 1, left - (1 << (limit - length))));
            }

            return known[(symbol, left)] = best;
        }
    }
}
