using DeepCompression.Benchmarks.Harness;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>
/// The execution provider against stock ONNX Runtime: <c>./build.sh bench ep [kernels | fc | nbits | conv | convtranspose | lstm | shared | filtering ...]
/// [packed] [models | alexnet | lenet | generator | speech | charrnn | squeezenet | darknet | ocr ...]</c>; without words, everything.
/// </summary>
internal sealed class EpBench : IBench
{
    private const string PlotPath = "artifacts/bench/ep.svg";

    /// <inheritdoc/>
    public string Name => "ep";

    /// <inheritdoc/>
    public void Run(BenchTable table, IReadOnlyList<string> arguments)
    {
        if (arguments.Count > 0 && arguments[0] == SessionProcess.Mode)
        {
            SessionProcess.Print([.. arguments.Skip(1)]);
            Environment.Exit(0);
        }

        string[] kernels = arguments.Count == 0 || arguments.Contains("kernels") ? [] : [.. arguments.Intersect(KernelRows.Kinds)];
        if (arguments.Count == 0 || arguments.Contains("kernels") || kernels.Length > 0)
            new KernelRows(table, kernels).Run();

        if (arguments.Count == 0 || arguments.Contains("packed"))
            PackedRow.Add(table);

        using ModelRows rows = new(table);
        foreach (Func<ModelCase?> make in Cases(arguments))
        {
            if (make() is ModelCase model)
                rows.Add(model);
        }

        if (rows.Bars.Count == 0)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(PlotPath)!);
        SpeedPlot.Write(PlotPath, rows.Bars);
    }

    private static IEnumerable<Func<ModelCase?>> Cases(IReadOnlyList<string> arguments)
    {
        (string Key, Func<ModelCase?> Make)[] all =
        [
            ("alexnet", () => ModelCases.Lossless("AlexNet-shaped", PrunedNetworks.AlexNet(), "data", [1, 3, 227, 227], bar: 4, resident: 8)),
            ("lenet", () => ModelCases.Lossless("LeNet-5, batch 256", PrunedNetworks.Lenet5(256), "data", [256, 1, 28, 28], bar: 1)),
            ("generator", () => ModelCases.Lossless("DCGAN-shaped, 90 % sparse", PrunedNetworks.Generator(0.1), "data", [1, 100, 1, 1], bar: 2)),
            ("speech", () => ModelCases.Lossless("speech-shaped LSTM, 90 % sparse", PrunedNetworks.Speech(frames: 100, 0.1), "data", [100, 1, 153], bar: 3, resident: 8)),
            ("charrnn", () => ModelCases.FromData("character LSTM, 80 % sparse", "char-rnn/charrnn-shakespeare.onnx", "ids", [100, 1], sparsity: 0.8, bits: 5, bar: 1)),
            ("squeezenet", () => ModelCases.FromData("SqueezeNet (Han)", "squeezenet-dc/squeezenet1.0-han-dc.onnx", "data", [1, 3, 227, 227], sparsity: null, bits: null, bar: 1.25)),
            ("darknet", () => ModelCases.FromData("tiny-darknet, 70 % sparse", "tiny-darknet/tiny-darknet.onnx", "data", [1, 3, 224, 224], sparsity: 0.7, bits: 8, bar: 1)),
            ("darknet", () => ModelCases.FromData("tiny-darknet, only shared", "tiny-darknet/tiny-darknet.onnx", "data", [1, 3, 224, 224], sparsity: 0, bits: 4, bar: 0.97)),
            ("ocr", () => ModelCases.FromData("PP-OCRv4 recognizer, 70 % sparse", ModelCases.Recognizer, "x", [1, 3, 48, 320], sparsity: 0.7, bits: 8, bar: 1)),
            ("ocr", () => ModelCases.FromData("PP-OCRv4 recognizer, only shared", ModelCases.Recognizer, "x", [1, 3, 48, 320], sparsity: 0, bits: 4, bar: 0.97)),
        ];
        return all.Where(entry => arguments.Count == 0 || arguments.Contains("models") || arguments.Contains(entry.Key)).Select(entry => entry.Make);
    }
}
