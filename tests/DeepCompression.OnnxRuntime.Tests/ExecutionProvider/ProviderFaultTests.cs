using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Damaged weights, concurrency, garbage collections, registrations.</summary>
[Collection(ProviderCollection.Name)]
public sealed class ProviderFaultTests
{
    private static OnnxModel TwoLayers() => Model(17, new Input("x", [1, 64]), new Output("y", [1, 32]), Weight("w1", 1, 0.2, 20, 96, 64), Weight("w2", 2, 0.3, 20, 32, 96),
        Node("Gemm", "x w1", "a", Attribute("transB", 1)), Node("Relu", "a", "r"), Node("Gemm", "r w2", "y", Attribute("transB", 1)));

    [ProviderTheory]
    [InlineData(2)] // the header
    [InlineData(-20)] // the payload
    public void CreateSession_DamagedPackedWeight_FailsWithOurMessageAndTheProcessLives(int place)
    {
        OnnxModel packed = Compress(TwoLayers(), ModelForm.Packed);
        TensorProto blob = packed.Proto.Graph.Initializer.First(tensor => tensor.Name.StartsWith("w1", StringComparison.Ordinal));
        byte[] bytes = blob.RawData.ToByteArray();
        bytes[place < 0 ? bytes.Length + place : place] ^= 0x55;
        blob.RawData = ByteString.CopyFrom(bytes);

        var error = Assert.Throws<OnnxRuntimeException>(() => Run(packed, ClaimAll, out _, ("x", Random(1, 64), [1, 64])));

        Assert.Contains("DeepCompression: node", error.Message, StringComparison.Ordinal);
        Assert.Contains("PackedWeight", error.Message, StringComparison.Ordinal);
        Run(Compress(TwoLayers(), ModelForm.Packed), ClaimAll, out _, ("x", Random(1, 64), [1, 64]));
    }

    [ProviderFact]
    public void CreateSession_PackedWithoutProvider_FailsAndNamesTheOperator()
    {
        var error = Assert.Throws<OnnxRuntimeException>(() => Run(Compress(TwoLayers(), ModelForm.Packed), null, out _, ("x", Random(1, 64), [1, 64])));
        Assert.Contains("PackedWeight", error.Message, StringComparison.Ordinal);
    }

    [ProviderFact]
    public void Run_WrongInputShape_FailsWithAStatus()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 64]), new Output("y", [1, 32]), Weight("w", 1, 0.2, 20, 32, 64), Node("Gemm", "x w", "y", Attribute("transB", 1)));
        dense.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[1] = new TensorShapeProto.Types.Dimension { DimParam = "n" };
        var error = Assert.Throws<OnnxRuntimeException>(() => Run(Compress(dense, ModelForm.Portable), ClaimAll, out _, ("x", Random(1, 60), [1, 60])));
        Assert.Contains("64", error.Message, StringComparison.Ordinal);
    }

    [ProviderFact]
    public void AppendDeepCompression_UnknownKernel_FailsWithTheName()
    {
        var error = Assert.Throws<OnnxRuntimeException>(() => Run(Compress(TwoLayers(), ModelForm.Portable), new DeepCompressionOptions { Kernel = "1024" }, out _, ("x", Random(1, 64), [1, 64])));
        Assert.Contains("1024", error.Message, StringComparison.Ordinal);
    }

    [ProviderFact]
    public void AppendDeepCompression_Twice_GivesTheSameReport()
    {
        using SessionOptions options = new();
        DeepCompressionReport report = options.AppendDeepCompression(ClaimAll);
        Assert.Same(report, options.AppendDeepCompression());
        Assert.Throws<InvalidOperationException>(() => options.AppendDeepCompression(new DeepCompressionOptions { Threads = 7 }));
    }

    [ProviderFact]
    public void Run_FourThreadsWithCollections_EqualsOneThread()
    {
        OnnxModel model = Compress(TwoLayers(), ModelForm.Packed);
        using SessionOptions options = new() { IntraOpNumThreads = 2 };
        options.AppendDeepCompression(ClaimAll);
        using InferenceSession session = new(model.ToBytes(), options);
        float[] x = Random(1, 64);
        float[] expected = Run(session, ("x", x, [1, 64]))[0];
        bool done = false;
        Thread collector = new(() =>
        {
            while (!Volatile.Read(ref done))
                GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        });
        collector.Start();

        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int run = 0; run < 1000; run++)
            {
                if (!Run(session, ("x", x, [1, 64]))[0].AsSpan().SequenceEqual(expected))
                    Interlocked.Increment(ref wrong);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Volatile.Write(ref done, true);
        collector.Join();

        Assert.Equal(0, wrong);
    }

    [ProviderFact]
    public void Register_ThreeHundredTimes_WorksEveryTime()
    {
        OnnxModel model = Compress(TwoLayers(), ModelForm.Portable);
        float[] x = Random(1, 64);
        float[][] expected = Run(model, null, out _, ("x", x, [1, 64]));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (int cycle = 0; cycle < 300; cycle++)
        {
            AssertClose(expected, Run(model, ClaimAll, out DeepCompressionReport? report, ("x", x, [1, 64])));
            Assert.Equal(2, report!.Decisions.Count(decision => decision.IsClaimed));
            ProviderRegistration.Unregister();
        }
    }

    [ProviderFact]
    public void AppendDeepCompression_FromManyThreads_RegistersOnce()
    {
        ProviderRegistration.Unregister();
        OnnxModel model = Compress(TwoLayers(), ModelForm.Portable);
        Parallel.For(0, 16, _ =>
        {
            Run(model, ClaimAll, out DeepCompressionReport? report, ("x", Random(1, 64), [1, 64]));
            Assert.Equal(2, report!.Decisions.Count(decision => decision.IsClaimed));
        });
    }
}
