using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Coding;

namespace DeepCompression.Benchmarks.Compress;

/// <summary>Decoding of Huffman codes on one thread, beside zstd on the same symbols, which its first level leaves to its own Huffman stage.</summary>
internal static partial class HuffmanRows
{
    private const int Symbols = 32 * 1024 * 1024;
    private const int Repeats = 9;

    public static void AddTo(BenchTable table)
    {
        byte[] symbols = Make();
        var counts = new long[256];
        foreach (byte symbol in symbols)
            counts[symbol]++;
        CanonicalCode code = CanonicalCode.FromCounts(counts);
        byte[][] streams = new byte[4][];
        int quarter = Symbols / 4;
        for (int i = 0; i < 4; i++)
        {
            byte[] stream = new byte[HuffmanEncoder.GetMaxEncodedLength(quarter)];
            streams[i] = stream[..HuffmanEncoder.Encode(symbols.AsSpan(i * quarter, quarter), code, stream)];
        }

        var decoder = new HuffmanDecoder(code);
        byte[] decoded = new byte[Symbols];
        double best = double.PositiveInfinity;
        for (int i = 0; i < Repeats; i++)
            best = Math.Min(best, Stopwatches.Time(() => decoder.Decode(streams[0], streams[1], streams[2], streams[3], decoded), 1));
        if (!decoded.AsSpan().SequenceEqual(symbols))
            throw new InvalidOperationException("The decoded symbols are not the encoded ones.");

        double rate = Symbols / best / 1000; // million a second
        double bits = streams.Sum(s => s.Length) * 8.0 / Symbols;
        double? zstd = MeasuredProcess.IsInstalled("zstd") ? ZstdRate(symbols) : null;
        table.Add(new BenchRow(
            "Huffman decoding, one thread", rate, "million symbols/s", zstd, rate / zstd,
            Note: FormattableString.Invariant($"{bits:0.00} bits a symbol") + (zstd is null ? "; zstd was not measured: it is not on this machine" : "")));
    }

    // The codes of a weight with 32 centroids, linearly spaced over a Laplace distribution.
    private static byte[] Make()
    {
        var random = new Random(5);
        var symbols = new byte[Symbols];
        foreach (ref byte symbol in symbols.AsSpan())
        {
            int distance = Math.Min((int)(-2.5 * Math.Log(1 - random.NextDouble())), 14);
            symbol = (byte)(random.Next(2) == 0 ? 15 - distance : 16 + distance);
        }

        return symbols;
    }

    private static double? ZstdRate(byte[] symbols)
    {
        string path = BenchFiles.Scratch("symbols.bin");
        File.WriteAllBytes(path, symbols);
        MeasuredProcess.Run("zstd", "-1", "-q", "-f", path, "-o", path + ".zst");
        using var process = Process.Start(new ProcessStartInfo("zstd", ["-b1", "-i2", "-d", path + ".zst"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        MatchCollection rates = Rate().Matches(process.StandardOutput.ReadToEnd() + errors.Result);
        return rates.Count == 0 ? null : double.Parse(rates[^1].Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"([0-9.]+) MB/s")]
    private static partial Regex Rate();
}
