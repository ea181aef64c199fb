using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>What one seed of a recipe brought. Errors are in percent.</summary>
internal sealed record LenetResult(int Seed, ModelProto Dense, CompressionResult Compressed, double DenseError, double PrunedError, double Error, long DenseBytes, long Bytes, double Seconds)
{
    /// <summary>Bytes of the dense ONNX file by bytes of the packed one.</summary>
    public double Ratio => (double)DenseBytes / Bytes;
}
