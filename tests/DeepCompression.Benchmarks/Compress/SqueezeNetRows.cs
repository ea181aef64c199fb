using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;

namespace DeepCompression.Benchmarks.Compress;

/// <summary>The author's own compressed SqueezeNet, packed again without changing a value.</summary>
internal static class SqueezeNetRows
{
    private const double AuthorsBytes = 675_763; // the released file, without Huffman coding
    private const double HuffmanBar = 565_000; // bytes
    private const double RangeBar = 545_000; // bytes

    public static void AddTo(BenchTable table)
    {
        if (BenchFiles.Data("squeezenet-dc/squeezenet1.0-han-dc.onnx") is not { } path)
        {
            table.Add(new BenchRow("squeezenet-dc: not measured, the model is not on this machine", 0, "bytes"));
            return;
        }

        Add(table, path, EntropyCoder.Huffman, HuffmanBar);
        Add(table, path, EntropyCoder.Range, RangeBar);
    }

    private static void Add(BenchTable table, string path, EntropyCoder coder, double bar)
    {
        OnnxModel original = OnnxModel.Load(path);
        CompressionOptions options = new() { Lossless = true, Default = new WeightOptions { Packing = new PackingOptions { Coder = coder } } };
        string packed = BenchFiles.Scratch($"squeezenet-{coder}.onnx".ToLowerInvariant());
        ModelCompressor.Compress(original, options).Model.Save(packed, new SaveOptions { Overwrite = true });
        double bytes = new FileInfo(packed).Length;
        table.Add(new BenchRow($"squeezenet-dc, lossless, {coder}: whole packed file", bytes, "bytes", AuthorsBytes, AuthorsBytes / bytes, $"at most {bar:#,0}", bytes <= bar, "peer: the author's file"));

        bool same = ModelUnpacker.Unpack(OnnxModel.Load(packed)).ToBytes().AsSpan().SequenceEqual(original.ToBytes());
        table.Add(new BenchRow($"squeezenet-dc, lossless, {coder}: unpacked model equals the original bit for bit", same ? 1 : 0, "of 1", Bar: "1", Holds: same));
    }
}
