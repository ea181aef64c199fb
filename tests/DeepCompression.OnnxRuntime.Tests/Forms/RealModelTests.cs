using DeepCompression.Onnx;
using DeepCompression.Onnx.Tests;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.OnnxRuntime.Tests.Forms;

/// <summary>Real models through all forms: the same bytes after unpacking, the same outputs on ONNX Runtime.</summary>
public sealed class RealModelTests
{
    [FileFact("squeezenet-dc/squeezenet1.0-han-dc.onnx")]
    public void SqueezeNet_Lossless_IsSmallAndTheSame()
    {
        long packed = AssertLossless("squeezenet-dc/squeezenet1.0-han-dc.onnx");
        Assert.InRange(packed, 400_000, 565_000);
    }

    [FileFact("char-rnn/charrnn-shakespeare.onnx")]
    public void CharacterModel_Lossless_IsTheSame() => AssertLossless("char-rnn/charrnn-shakespeare.onnx");

    [FileFact("tiny-darknet/tiny-darknet.onnx")]
    public void TinyDarknet_Lossless_IsTheSame() => AssertLossless("tiny-darknet/tiny-darknet.onnx");

    [FileFact("mnist-cnn/mnist_cnn-8bit.onnx")]
    public void MnistCnn_Lossless_IsTheSame() => AssertLossless("mnist-cnn/mnist_cnn-8bit.onnx");

    [FileFact("artifacts/models/ch_PP-OCRv4_rec_infer.onnx")]
    public void TextRecognizer_Lossless_IsTheSame() => AssertLossless("artifacts/models/ch_PP-OCRv4_rec_infer.onnx");

    private static long AssertLossless(string path)
    {
        OnnxModel model = OnnxModel.Load(FileFactAttribute.Locate(path));
        byte[] original = model.ToBytes();
        OnnxModel packed = ModelCompressor.Compress(model, new CompressionOptions { Lossless = true }).Model;
        OnnxModel read = OnnxModel.FromBytes(packed.ToBytes());
        Assert.NotEmpty(WeightNodeWalker.Find(read));
        Assert.True(original.AsSpan().SequenceEqual(ModelUnpacker.Unpack(read).ToBytes()), "Unpacking gave other bytes.");
        using var folder = new TempFolder();
        ModelUnpacker.UnpackTo(read, folder["dense.onnx"]);
        Assert.True(original.AsSpan().SequenceEqual(File.ReadAllBytes(folder["dense.onnx"])), "Unpacking to a file gave other bytes.");

        OnnxModel portable = ModelUnpacker.Unpack(read, UnpackTarget.Portable);
        AssertSameOutputs(model, portable);
        return packed.ToBytes().Length;
    }

    private static void AssertSameOutputs(OnnxModel expected, OnnxModel actual)
    {
        VerificationReport report = ModelVerifier.Verify(
            () => ModelRunner.Open(expected.ToBytes(), "expected"), () => ModelRunner.Open(actual.ToBytes(), "actual"), runner => RandomInputs.Create(runner.Inputs));
        Assert.True(report.Identical, string.Join("; ", report.Outputs));
    }
}
