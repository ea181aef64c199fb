using DeepCompression.Benchmarks.Harness;
using DeepCompression.Kernels;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>The kernels called directly, against the node of stock ONNX Runtime that does the same: one process, in turn, medians.</summary>
internal sealed class KernelRows(BenchTable table, IReadOnlyList<string> wanted)
{
    /// <summary>The words that choose rows.</summary>
    public static readonly string[] Kinds = ["fc", "nbits", "conv", "convtranspose", "lstm", "shared", "filtering"];

    private const int Rounds = 15; // measurements a side

    private KernelPeak _peak = new(1, 1);
    private QuietProbe? _probe;

    /// <summary>Adds all rows, or those whose kind is among the arguments: fc, nbits, conv, convtranspose, lstm, shared, filtering.</summary>
    public void Run()
    {
        _peak = KernelPeak.Measure();
        table.Add(new BenchRow("peak, one thread, multiply-adds", _peak.MultiplyAdds, "G/s"));
        table.Add(new BenchRow("peak, one thread, memory read", _peak.MemoryBytes, "GB/s"));
        foreach (int threads in (int[])[1, 2])
        {
            using KernelThreads runner = new(threads);
            _probe = new QuietProbe(runner);
            if (Wants("fc"))
                FullyConnected(runner);
            if (Wants("nbits"))
                AgainstNBits(runner);
            if (Wants("conv"))
                Convolutions(runner);
            if (Wants("convtranspose"))
                TransposedConvolutions(runner);
            if (Wants("lstm"))
                Recurrent(runner);
            if (Wants("shared"))
                Shared(runner);
            if (Wants("filtering"))
                Filtering(runner);
        }
    }

    private bool Wants(string kind) => wanted.Count == 0 || wanted.Contains(kind);

    private void FullyConnected(KernelThreads runner)
    {
        KernelData data = new(4096, 9216, 0.09, 32);
        foreach ((int batch, double bar) in ((int, double)[])[(1, runner.Degree == 1 ? 14 : 13), (4, 6), (16, 6), (64, 5)])
        {
            float[] x = KernelData.Inputs(batch * 9216), y = new float[batch * 4096];
            using KernelStock stock = new(
                [KernelStock.Node("Gemm", ["x", "w"], ["y"], ("transB", 1))], [KernelStock.Tensor("w", data.Dense, 4096, 9216)],
                (x, [batch, 9216]), [batch, 4096], runner.Degree);
            using SparseLinear layer = new(data.Sparse, options: new KernelOptions { Batches = [batch], Degree = runner.Degree });
            Row($"fc6 9216->4096, 9 %, batch {batch}", runner, () => layer.Compute(x, y, batch, runner), stock.Run, bar, layer.NonZeros * (double)batch, layer.ResidentBytes, layer.NonZeros);
            Check(y, stock.Output);
        }
    }

    private void AgainstNBits(KernelThreads runner)
    {
        const int Block = 32;
        KernelData data = new(4096, 9216, 0.09, 32);
        byte[] codes = new byte[4096 * 9216 / 2];
        new Random(3).NextBytes(codes);
        float[] scales = KernelData.Inputs(4096 * 9216 / Block);
        float[] x = KernelData.Inputs(9216), y = new float[4096];
        foreach ((int level, double bar) in ((int, double)[])[(0, 3), (4, 1)])
        {
            NodeProto node = KernelStock.Node("MatMulNBits", ["x", "b", "s"], ["y"], ("K", 9216), ("N", 4096), ("bits", 4), ("block_size", Block), ("accuracy_level", level));
            node.Domain = "com.microsoft";
            using KernelStock stock = new(
                [node], [KernelStock.Bytes("b", codes, 4096, 9216 / Block, Block / 2), KernelStock.Tensor("s", scales, scales.Length)],
                (x, [1, 9216]), [1, 4096], runner.Degree);
            using SparseLinear layer = new(data.Sparse);
            Row($"fc6, 9 %, against MatMulNBits level {level}", runner, () => layer.Compute(x, y, 1, runner), stock.Run, bar, layer.NonZeros, layer.ResidentBytes, layer.NonZeros);
        }
    }

    private void Convolutions(KernelThreads runner)
    {
        foreach ((double sparsity, double bar) in ((double, double)[])[(0.85, 3.5), (0.9, 4.3)])
        {
            KernelData expand = new(1024, 256, 1 - sparsity, 32), reduce = new(256, 1024, 1 - sparsity, 32);
            float[] x = KernelData.Inputs(256 * 196), y = new float[1024 * 196];
            TensorProto[] weights = [KernelStock.Tensor("e", expand.Dense, 1024, 256, 1, 1), KernelStock.Tensor("r", reduce.Dense, 256, 1024, 1, 1)];
            using KernelStock shorter = Chain(weights, ["e", "r"], 1, x, [1, 256, 14, 14], [1, 256, 14, 14], runner.Degree, 0);
            using KernelStock longer = Chain(weights, ["e", "r"], 2, x, [1, 256, 14, 14], [1, 256, 14, 14], runner.Degree, 0);
            using SparseConvolution layer = new(expand.Sparse, new ConvolutionGeometry { OutputChannels = 1024, InputChannels = 256 }, activation: Activation.Relu, options: new KernelOptions { Degree = runner.Degree });
            ChainRow($"1x1 256->1024 on 14x14, {sparsity:0 %} sparse", runner, () => layer.Compute(x, y, 1, 14, 14, runner), shorter, longer, 2, bar, layer.NonZeros * 196.0, layer.ResidentBytes, layer.NonZeros);
        }

        foreach ((double sparsity, double bar) in ((double, double)[])[(0.8, 2.8), (0.9, 5), (0.95, 7)])
        {
            KernelData data = new(256, 256 * 9, 1 - sparsity, 32);
            float[] x = KernelData.Inputs(256 * 784), y = new float[256 * 784];
            TensorProto[] weights = [KernelStock.Tensor("w", data.Dense, 256, 256, 3, 3)];
            using KernelStock shorter = Chain(weights, ["w"], 1, x, [1, 256, 28, 28], [1, 256, 28, 28], runner.Degree, 1);
            using KernelStock longer = Chain(weights, ["w"], 3, x, [1, 256, 28, 28], [1, 256, 28, 28], runner.Degree, 1);
            ConvolutionGeometry geometry = new() { OutputChannels = 256, InputChannels = 256, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
            using SparseConvolution layer = new(data.Sparse, geometry, activation: Activation.Relu, options: new KernelOptions { Degree = runner.Degree });
            ChainRow($"3x3 256->256 on 28x28, {sparsity:0 %} sparse", runner, () => layer.Compute(x, y, 1, 28, 28, runner), shorter, longer, 2, bar, layer.NonZeros * 784.0, layer.ResidentBytes, layer.NonZeros);
            Check(y, shorter.Output);
        }
    }

    private static KernelStock Chain(TensorProto[] weights, string[] names, int repeats, float[] x, long[] shape, long[] output, int threads, int pad)
    {
        List<NodeProto> nodes = [];
        string previous = "x";
        int count = repeats * names.Length;
        for (int i = 0; i < count; i++)
        {
            string next = i == count - 1 ? "y" : $"t{i}";
            nodes.Add(KernelStock.Node("Conv", [previous, names[i % names.Length]], [$"c{i}"], ("pads", new long[] { pad, pad, pad, pad })));
            nodes.Add(KernelStock.Node("Relu", [$"c{i}"], [next]));
            previous = next;
        }

        return new KernelStock(nodes, weights, (x, shape), output, threads);
    }

    private void TransposedConvolutions(KernelThreads runner)
    {
        // Stock computes them in the layout of the graph: a run alone is what a run within a chain is. In the last layer, of one output
        // channel, reading the inputs is most of the work.
        (int, int, int, int, int, int, double[]?)[] layers = [(256, 128, 2, 2, 0, 28, [2, 3, 5]), (256, 128, 4, 2, 1, 14, [3, 4.5, 6.5]), (64, 32, 3, 2, 1, 40, [2, 3, 3.5]), (64, 1, 2, 2, 0, 160, null)];
        foreach ((int inputs, int outputs, int kernel, int stride, int pad, int size, double[]? bars) in layers)
        {
            TransposedConvolutionGeometry geometry = new()
            {
                InputChannels = inputs, OutputChannels = outputs, KernelHeight = kernel, KernelWidth = kernel, StrideHeight = stride, StrideWidth = stride,
                PadTop = pad, PadLeft = pad, PadBottom = pad, PadRight = pad,
            };
            int height = geometry.GetOutputHeight(size);
            float[] x = KernelData.Inputs(inputs * size * size), y = new float[outputs * height * height];
            foreach ((double sparsity, double? bar) in ((double, double?)[])[(0.8, bars?[0]), (0.9, bars?[1]), (0.95, bars?[2])])
            {
                KernelData data = new(inputs, outputs * kernel * kernel, 1 - sparsity, 32);
                using KernelStock stock = new(
                    [KernelStock.Node("ConvTranspose", ["x", "w"], ["t"], ("strides", new long[] { stride, stride }), ("pads", new long[] { pad, pad, pad, pad })), KernelStock.Node("Relu", ["t"], ["y"])],
                    [KernelStock.Tensor("w", data.Dense, inputs, outputs, kernel, kernel)], (x, [1, inputs, size, size]), [1, outputs, height, height], runner.Degree);
                using SparseTransposedConvolution layer = new(SparseTransposedConvolution.ToOutputRows(data.Sparse, geometry), geometry, activation: Activation.Relu);
                Row(
                    $"transposed {kernel}x{kernel} {inputs}->{outputs} on {size}x{size}, stride {stride}, {sparsity:0 %} sparse", runner, () => layer.Compute(x, y, 1, size, size, runner), stock.Run, bar,
                    layer.NonZeros * (double)size * size, layer.ResidentBytes, layer.NonZeros);
                Check(y, stock.Output);
            }
        }
    }

    private void Recurrent(KernelThreads runner)
    {
        const int Steps = 100, Hidden = 512;
        KernelData w = new(4 * Hidden, Hidden, 0.1, 32), r = new(4 * Hidden, Hidden, 0.1, 32);
        float[] x = KernelData.Inputs(Steps * Hidden), y = new float[Steps * Hidden];
        using KernelStock stock = new(
            [KernelStock.Node("LSTM", ["x", "w", "r"], ["y"], ("hidden_size", Hidden))],
            [KernelStock.Tensor("w", w.Dense, 1, 4 * Hidden, Hidden), KernelStock.Tensor("r", r.Dense, 1, 4 * Hidden, Hidden)],
            (x, [Steps, 1, Hidden]), [Steps, 1, 1, Hidden], runner.Degree);
        using SparseRecurrent layer = new(new RecurrentGeometry { Kind = RecurrentKind.Lstm, Inputs = Hidden, Hidden = Hidden }, [w.Sparse], [r.Sparse], options: new KernelOptions { Degree = runner.Degree });
        Row(
            "LSTM 512, 90 % sparse, 100 steps", runner,
            () => Step(layer, x, y, runner),
            stock.Run, runner.Degree == 1 ? 5 : 3, layer.NonZeros * (double)Steps, layer.ResidentBytes, layer.NonZeros);
        Check(y, stock.Output);

        static unsafe void Step(SparseRecurrent layer, float[] x, float[] y, KernelThreads runner)
        {
            fixed (float* px = x, py = y)
                layer.Compute(new RecurrentArguments { Steps = Steps, Batch = 1, X = px, Y = py }, runner);
        }
    }

    private void Shared(KernelThreads runner)
    {
        foreach ((int bits, double? bar) in ((int, double?)[])[(4, runner.Degree == 1 ? 7 : 4), (5, null), (8, null)])
        {
            const int Size = 4096;
            byte[] codes = new byte[Size * Size];
            Random random = new(5);
            float[] codebook = [.. Enumerable.Range(0, 1 << bits).Select(i => (i - (1 << bits) / 2.1f) / (64 << bits))];
            float[] dense = new float[codes.Length];
            for (int i = 0; i < codes.Length; i++)
            {
                codes[i] = (byte)random.Next(codebook.Length);
                dense[i] = codebook[codes[i]];
            }

            float[] x = KernelData.Inputs(Size), y = new float[Size];
            using KernelStock stock = new([KernelStock.Node("Gemm", ["x", "w"], ["y"], ("transB", 1))], [KernelStock.Tensor("w", dense, Size, Size)], (x, [1, Size]), [1, Size], runner.Degree);
            using SharedLinear layer = new(codes, codebook, 1, Size, Size);
            Row($"{bits}-bit codebook 4096x4096, not pruned", runner, () => layer.Compute(x, y, 1, runner), stock.Run, bar, codes.Length, layer.ResidentBytes, codes.Length);
            Check(y, stock.Output);
        }
    }

    /// <summary>Convolutions that are not pruned; their rate is in multiply-adds of sums of products, so that it may be above the peak.</summary>
    private void Filtering(KernelThreads runner)
    {
        foreach ((int channels, int size) in ((int, int)[])[(64, 56), (128, 28)])
        {
            KernelData data = new(channels, channels * 9, 1, 16);
            float[] x = KernelData.Inputs(channels * size * size), y = new float[x.Length];
            TensorProto[] weights = [KernelStock.Tensor("w", data.Dense, channels, channels, 3, 3)];
            using KernelStock shorter = Chain(weights, ["w"], 1, x, [1, channels, size, size], [1, channels, size, size], runner.Degree, 1);
            using KernelStock longer = Chain(weights, ["w"], 3, x, [1, channels, size, size], [1, channels, size, size], runner.Degree, 1);
            ConvolutionGeometry geometry = new() { OutputChannels = channels, InputChannels = channels, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };
            using WinogradConvolution layer = new(data.Sparse, geometry, activation: Activation.Relu);
            ChainRow($"3x3 {channels}->{channels} on {size}x{size}, only shared", runner, () => Compute(layer, x, y, size, runner), shorter, longer, 2, 1, data.Sparse.NonZeros * (double)size * size, layer.ResidentBytes, data.Sparse.NonZeros);
            Check(y, shorter.Output);
        }

        foreach ((int kernel, int stride) in ((int, int)[])[(7, 2), (11, 4)])
        {
            const int Outputs = 96, Inputs = 3, Size = 227, Window = 3;
            KernelData data = new(Outputs, Inputs * kernel * kernel, 1, 256);
            ConvolutionGeometry geometry = new() { OutputChannels = Outputs, InputChannels = Inputs, KernelHeight = kernel, KernelWidth = kernel, StrideHeight = stride, StrideWidth = stride };
            PoolingGeometry pooling = new() { KernelHeight = Window, KernelWidth = Window, StrideHeight = 2, StrideWidth = 2 };
            int height = geometry.GetOutputHeight(Size), pooled = pooling.GetOutputHeight(height);
            float[] x = KernelData.Inputs(Inputs * Size * Size), y = new float[Outputs * pooled * pooled];
            using KernelStock stock = new(
                [
                    KernelStock.Node("Conv", ["x", "w"], ["c"], ("strides", new long[] { stride, stride })), KernelStock.Node("Relu", ["c"], ["r"]),
                    KernelStock.Node("MaxPool", ["r"], ["y"], ("kernel_shape", new long[] { Window, Window }), ("strides", new long[] { 2, 2 })),
                ],
                [KernelStock.Tensor("w", data.Dense, Outputs, Inputs, kernel, kernel)], (x, [1, Inputs, Size, Size]), [1, Outputs, pooled, pooled], runner.Degree);
            using PooledConvolution layer = new(new WinogradConvolution(data.Sparse, geometry, activation: Activation.Relu), pooling);
            Row(
                $"{kernel}x{kernel} {Inputs}->{Outputs} on {Size}x{Size}, stride {stride}, only shared, pooled", runner, () => Compute(layer, x, y, Size, runner), stock.Run, 1,
                data.Sparse.NonZeros * (double)height * height, layer.ResidentBytes, data.Sparse.NonZeros);
            Check(y, stock.Output);
        }
    }

    private static unsafe void Compute(IConvolution layer, float[] x, float[] y, int size, KernelThreads runner)
    {
        fixed (float* from = x, to = y)
            layer.Compute(from, to, 1, size, size, runner);
    }

    private void Row(string name, KernelThreads runner, Action ours, Action stock, double? bar, double multiplyAdds, long bytes, long nonZeros)
    {
        Stopwatches.Warm(ours);
        Stopwatches.Warm(stock);
        (double mine, double peer, string rounds) = _probe!.Measure(() => (Stopwatches.Time(ours, 2), Stopwatches.Time(stock, 2)), Rounds);
        table.Add(BenchRow.Faster(Name(name, runner), mine, peer, "ms", bar, $"{Note(mine, runner.Degree, multiplyAdds, bytes, nonZeros)}; {rounds}"));
    }

    /// <summary>Both sides as the difference of a longer run and a shorter one: what begins and ends a run counts for neither.</summary>
    private void ChainRow(string name, KernelThreads runner, Action ours, KernelStock shorter, KernelStock longer, int difference, double bar, double multiplyAdds, long bytes, long nonZeros)
    {
        void Longer()
        {
            for (int i = 0; i < 1 + difference; i++)
                ours();
        }

        Stopwatches.Warm(Longer);
        Stopwatches.Warm(longer.Run);
        (double mine, double peer, string rounds) = _probe!.Measure(
            () => ((Again(Longer) - Again(ours)) / difference, (Again(longer.Run) - Again(shorter.Run)) / difference), Rounds);
        table.Add(BenchRow.Faster(Name(name, runner), mine, peer, "ms", bar, $"{Note(mine, runner.Degree, multiplyAdds, bytes, nonZeros)}; {rounds}"));

        // The first run after other work finds its data outside the caches; in a difference of unlike numbers of runs that would not cancel out.
        static double Again(Action run)
        {
            run();
            return Stopwatches.Time(run, 2);
        }
    }

    private static string Name(string name, KernelThreads runner) => $"{name}, {runner.Degree} thread{(runner.Degree == 1 ? "" : "s")}";

    private string Note(double milliseconds, int threads, double multiplyAdds, long bytes, long nonZeros) => FormattableString.Invariant(
        $"{multiplyAdds / milliseconds / 1e6:0.0} G multiply-adds/s ({multiplyAdds / milliseconds / 1e6 / (_peak.MultiplyAdds * threads):0 %} of peak), {bytes / milliseconds / 1e6:0.0} GB/s of weights ({bytes / milliseconds / 1e6 / (_peak.MemoryBytes * threads):0 %} of memory), {(double)bytes / nonZeros:0.00} bytes a non-zero");

    private static void Check(ReadOnlySpan<float> ours, ReadOnlySpan<float> stock)
    {
        float scale = 1e-6f;
        foreach (float value in stock)
            scale = Math.Max(scale, Math.Abs(value));
        for (int i = 0; i < stock.Length; i++)
        {
            if (!(Math.Abs(ours[i] - stock[i]) <= 1e-4f * scale))
                throw new InvalidOperationException($"Output {i} is {ours[i]}; stock ONNX Runtime has {stock[i]}.");
        }
    }
}
