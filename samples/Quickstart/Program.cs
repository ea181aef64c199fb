// Compresses a model from C#: what `deepcompress compress` and `deepcompress verify` do, in a few lines.
// Usage: dotnet run --project samples/Quickstart -- IN.onnx OUT.onnx
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Verification;
using DeepCompression.WeightSharing;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: Quickstart IN.onnx OUT.onnx");
    return 2;
}

OnnxModel model = OnnxModel.Load(args[0]);
CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions
{
    Form = ModelForm.Packed,
    Default = new WeightOptions { WeightSharing = new SharingOptions { Bits = 8, Initialization = CentroidInitialization.KMeansPlusPlus } },
});
result.Model.Save(args[1], new SaveOptions { Overwrite = true });

VerificationReport report = ModelVerifier.Verify(
    () => ModelRunner.Open(model), () => ModelRunner.Open(result.Model), runner => RandomInputs.Create(runner.Inputs));
Console.WriteLine($"{args[1]}: {result.OriginalBytes} -> {result.Report.FileBytes} bytes, outputs differ by {report.RelativeError:P2}");
return 0;
