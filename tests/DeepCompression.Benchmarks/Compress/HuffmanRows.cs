using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Coding;

namespace DeepCompression.Benchmarks.Compress;

/// <summary>
/// Huffman decoding in symbols a second on one thread, beside zstd on the same symbols. They are drawn independently, so that zstd finds
/// next to nothing to copy and its entropy stage does the work.
/// </summary>
internal static partial class HuffmanRows
{
    private const int Symbols = 1 << 23;
    private const int Block = 1 << 18; // symbols decoded at a time: they stay in the second-level cache, as blocks of zstd do

    /// <summary>Adds a row for codes of 8 bits as in convolutions, of 5 bits as in fully connected layers, and for gaps.</summary>
    public static void AddTo(BenchTable table)
    {
        Random random = new(11);
        Add(table, "8-bit codes", Draw(() => (byte)Math.Clamp(128 + (32 * Normal(random)), 1, 255)));
        Add(table, "5-bit codes", Draw(() => (byte)Math.Clamp(16 + (3.5 * Normal(random)), 1, 31)));
        Add(table, "gaps at 9 % density", Draw(() => (byte)Math.Min(Math.Log(1 - random.NextDouble()) / Math.Log(0.91), 15)));
    }

    private static void Add(BenchTable table, string what, byte[] symbols)
    {
        long[] counts = new long[Histogram.SymbolCount];
        Histogram.Add(symbols, counts);
        CanonicalCode code = CanonicalCode.FromCounts(counts, 11);
        HuffmanDecoder decoder = new(code);
        int quarter = Block / 4;
        byte[][] streams = [.. symbols.Chunk(quarter).Select(part => Encode(part, code))];
        byte[] decoded = new byte[Block];
        void DecodeAll()
        {
            for (int i = 0; i < streams.Length; i += 4)
                decoder.Decode(streams[i], streams[i + 1], streams[i + 2], streams[i + 3], decoded);
        }

        double milliseconds = double.MaxValue;
        for (int round = 0; round < 5; round++)
            milliseconds = Math.Min(milliseconds, Stopwatches.Time(DecodeAll, 100));
        if (!decoded.AsSpan().SequenceEqual(symbols.AsSpan(symbols.Length - Block)))
            throw new InvalidOperationException("The decoder returned other symbols.");

        double rate = symbols.Length / milliseconds / 1000;
        double? peer = MeasureZstd(symbols);
        double bits = streams.Sum(stream => (double)stream.Length) * 8 / symbols.Length;
        table.Add(new BenchRow(
            $"Huffman decoding, one thread: {what}", rate, "million symbols/s", peer, rate / peer, Note: FormattableString.Invariant($"{bits:0.00} bits a symbol, entropy {Histogram.GetEntropy(counts) / symbols.Length:0.00}; peer: zstd -b1")));
    }

    private static byte[] Encode(byte[] symbols, CanonicalCode code)
    {
        byte[] stream = new byte[HuffmanEncoder.GetMaxEncodedLength(symbols.Length)];
        return stream[..HuffmanEncoder.Encode(symbols, code, stream)];
    }

    /// <summary>What zstd's own benchmark says of decompressing, in MB/s; null where it is not installed.</summary>
    private static double? MeasureZstd(byte[] symbols)
    {
        if (!MeasuredProcess.IsInstalled("zstd"))
            return null;
        string path = BenchFiles.Scratch("huffman/symbols.bin");
        File.WriteAllBytes(path, symbols);
        ProcessStartInfo start = new("zstd", ["-q", "-b1", "-i2", path]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process zstd = Process.Start(start)!;
        string output = zstd.StandardOutput.ReadToEnd() + zstd.StandardError.ReadToEnd();
        zstd.WaitForExit();
        MatchCollection rates = RatePattern().Matches(output);
        return rates.Count < 2 ? null : double.Parse(rates[^1].Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static byte[] Draw(Func<byte> next)
    {
        byte[] symbols = new byte[Symbols];
        foreach (ref byte symbol in symbols.AsSpan())
            symbol = next();
        return symbols;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    [GeneratedRegex(@"([0-9.]+) MB/s")]
    private static partial Regex RatePattern();
}
