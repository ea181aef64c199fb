using DeepCompression.Onnx;
using DeepCompression.Onnx.Tests;
using DeepCompression.WeightSharing;
using static DeepCompression.Onnx.Tests.Graphs;

namespace DeepCompression.OnnxRuntime.Tests.Forms;

/// <summary>What we write passes the checker of ONNX itself.</summary>
public sealed class CheckerTests
{
    [CheckerFact]
    public void Check_PortableStandardAndUnpackedModels_Pass()
    {
        using var folder = new TempFolder();
        foreach (int opset in new[] { 11, 13, 17 })
        {
            OnnxModel model = Network(opset);
            Save("portable-sparse", model, new CompressionOptions { Form = ModelForm.Portable });
            Save("portable-shared", model, Portable(4, 1));
            Save("portable-groups", model, Portable(3, 2));
            foreach (StandardKind kind in Enum.GetValues<StandardKind>().Where(kind => kind is not (StandardKind.Int4 or StandardKind.StaticInt8)))
                Save($"standard-{kind}", model, new CompressionOptions { Form = ModelForm.Standard, Default = new WeightOptions(), Standard = new StandardOptions { Kind = kind } });
            Save("packed", model, new CompressionOptions());
            ModelUnpacker.UnpackTo(OnnxModel.Load(folder[$"packed-{opset}.onnx"]), folder[$"unpacked-{opset}.onnx"]);
            // No runtime and no checker knows the operator of a packed file.
            File.Delete(folder[$"packed-{opset}.onnx"]);

            void Save(string name, OnnxModel dense, CompressionOptions options)
            {
                CompressionResult result = ModelCompressor.Compress(dense, options);
                Assert.True(result.Changed.Count > 0 || (opset < 13 && options.Form == ModelForm.Standard), $"{name}-{opset}: {string.Join("; ", result.Skipped)}");
                result.Model.Save(folder[$"{name}-{opset}.onnx"]);
            }
        }

        OnnxModel quantized = new StaticQuantizationPass(new Dictionary<string, ActivationRange> { ["x"] = new(-1, 1), ["h"] = new(0, 2) }).Run(Network(13)).Model;
        quantized.Save(folder["standard-static-13.onnx"]);

        // Domains that the checker does not know are let through, so that their nodes are asked for by name here.
        (int code, string output) = CheckerFactAttribute.Run(CheckerFactAttribute.Python!, $"""
            import glob, onnx
            for path in sorted(glob.glob('{folder.Path}/*.onnx')):
                model = onnx.load(path)
                try:
                    onnx.checker.check_model(model)
                except Exception as e:
                    print(path, str(e).splitlines()[0])
            """);
        Assert.True(code == 0 && output.Trim().Length == 0, output);
        Assert.InRange(Directory.GetFiles(folder.Path).Length, 20, 40);
    }

    private static CompressionOptions Portable(int bits, int groups) => new()
    {
        Form = ModelForm.Portable,
        Default = new WeightOptions { WeightSharing = new SharingOptions { Bits = bits, Groups = groups } },
    };

    private static OnnxModel Network(int opset)
    {
        OnnxModel model = Model(opset, new Input("x", [1, 8, 6, 6]), new Output("y", [1, 20]),
            Graphs.Random("conv", 1, 0.1, 16, 8, 3, 3), Graphs.Random("fc", 2, 0.1, 576, 20), Graphs.Random("b", 3, 1, 20), Int64s("flat", [2], 1, 576),
            Node("Conv", "x conv", "c", new Onnx.Schema.AttributeProto { Name = "pads", Ints = { 1, 1, 1, 1 }, Type = Onnx.Schema.AttributeProto.Types.AttributeType.Ints }),
            Node("Relu", "c", "r"), Node("Reshape", "r flat", "h"), Node("Gemm", "h fc b", "y"));
        return model;
    }
}
