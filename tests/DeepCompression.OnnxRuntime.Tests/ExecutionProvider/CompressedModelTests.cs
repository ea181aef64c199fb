using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Planning;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Models that are decided about before their sessions are created.</summary>
[Collection(ProviderCollection.Name)]
public sealed class CompressedModelTests
{
    private static readonly (string, float[], long[]) _x = ("x", Random(1, 64), [1, 64]);

    private static OnnxModel TwoLayers() => Model(17, new Input("x", [1, 64]), new Output("y", [1, 32]), Weight("w1", 1, 0.2, 20, 96, 64), Weight("w2", 2, 0.3, 20, 32, 96),
        Node("Gemm", "x w1", "a", Attribute("transB", 1)), Node("Relu", "a", "r"), Node("Gemm", "r w2", "y", Attribute("transB", 1)));

    [ProviderTheory]
    [InlineData(ModelForm.Portable, 0.0)]
    [InlineData(ModelForm.Packed, 0.0)]
    [InlineData(ModelForm.Packed, 1e9)] // nothing is claimed: all is unpacked first
    [InlineData(ModelForm.Portable, 1e9)]
    public void CreateSession_FileOfEveryForm_EqualsStock(ModelForm form, double minimumSpeedup)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("dc-model").FullName, "model.onnx");
        try
        {
            OnnxModel dense = TwoLayers();
            Compress(dense, form).Save(path);
            using SessionOptions options = new();
            using InferenceSession session = CompressedModel.CreateSession(path, options, ClaimAll with { MinimumSpeedup = minimumSpeedup });
            DeepCompressionReport report = options.AppendDeepCompression();

            AssertClose(Run(dense, null, out _, _x), Run(session, _x));
            Assert.Equal(2, report.Decisions.Count(decision => decision.IsClaimed == (minimumSpeedup == 0)));
            Assert.DoesNotContain(report.Decisions, decision => decision.IsDecodedOnly);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public void Make_Report_DoesNotKeepTheModelInMemory()
    {
        DeepCompressionReport report = new();
        WeakReference bytes = Plan(report);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(bytes.IsAlive);
        Assert.NotEmpty(report.Decisions);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Plan(DeepCompressionReport report)
        {
            byte[] bytes = Compress(TwoLayers(), ModelForm.Packed).ToBytes();
            ModelPlan.Make(FullParser.Outline(bytes, null), ClaimAll, 1, report);
            return new WeakReference(bytes);
        }
    }

    [ProviderTheory]
    [InlineData(0.0)]
    [InlineData(1e9)]
    public void CreateSession_PackedWithoutDeclaredTypes_EqualsStock(double minimumSpeedup)
    {
        OnnxModel dense = TwoLayers();
        OnnxModel packed = Compress(dense, ModelForm.Packed);
        packed.Proto.Graph.ValueInfo.Clear();
        AssertEqualsStock(dense, packed, minimumSpeedup, _x);
    }

    [ProviderTheory]
    [InlineData(0.0)]
    [InlineData(1e9)]
    public void CreateSession_ConstantsInTypedFields_EqualsStock(double minimumSpeedup)
    {
        OnnxModel dense = TwoLayers();
        OnnxModel portable = Compress(dense, ModelForm.Portable);
        foreach (TensorProto tensor in portable.Proto.Graph.Initializer.Where(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Float))
        {
            tensor.FloatData.AddRange(MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray());
            tensor.ClearRawData();
        }

        AssertEqualsStock(dense, portable, minimumSpeedup, _x);
    }

    [ProviderTheory]
    [InlineData(0.0)]
    [InlineData(1e9)]
    public void CreateSession_OpenDimensions_AreInferredAsOnStock(double minimumSpeedup)
    {
        OnnxModel dense = Model(17, new Input("x", [1, 3, 1, 10]), new Output("y", []), Weight("c", 1, 0.2, 20, 8, 3, 3, 3), Weight("w", 2, 0.3, 20, 5, 7), Node("Conv", "x c", "a", Ints("pads", 1, 1, 1, 1), Ints("strides", 2, 2)), Node("Relu", "a", "b"), Node("MatMul", "b w", "y"));
        dense.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimParam = "batch";
        dense.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[2].DimParam = "rows";
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession stock = new(dense.ToBytes(), options);
        using InferenceSession session = CompressedModel.CreateSession(Compress(dense, ModelForm.Packed), options, ClaimAll with { MinimumSpeedup = minimumSpeedup });

        Assert.Equal(stock.OutputMetadata["y"].Dimensions, session.OutputMetadata["y"].Dimensions);
        Assert.Equal("batch", session.OutputMetadata["y"].SymbolicDimensions[0]);
        foreach (int batch in (int[])[1, 3])
            AssertClose(Run(stock, ("x", Random(batch, batch * 3 * 6 * 10), [batch, 3, 6, 10])), Run(session, ("x", Random(batch, batch * 3 * 6 * 10), [batch, 3, 6, 10])));
    }

    [ProviderFact]
    public void CreateSession_ModelInMemory_IsNotChanged()
    {
        OnnxModel portable = Compress(TwoLayers(), ModelForm.Portable);
        byte[] before = portable.ToBytes();
        AssertEqualsStock(TwoLayers(), portable, 1e9, _x);
        Assert.Equal(before, portable.ToBytes());
    }

    [ProviderTheory]
    [InlineData(ModelForm.Portable, 0.0)]
    [InlineData(ModelForm.Packed, 1e9)]
    public void CreateSession_WeightsInSubgraphs_EqualsStock(ModelForm form, double minimumSpeedup)
    {
        GraphProto Branch(string output, int seed) => new()
        {
            Name = output, Node = { Node("MatMul", $"x {output}.w", output) }, Initializer = { Weight($"{output}.w", seed, 0.3, 20, 64, 32) },
            Output = { new ValueInfoProto { Name = output, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } } } },
        };
        NodeProto choice = Node("If", "condition", "y");
        choice.Attribute.Add(new AttributeProto { Name = "then_branch", G = Branch("a", 3), Type = AttributeProto.Types.AttributeType.Graph });
        choice.Attribute.Add(new AttributeProto { Name = "else_branch", G = Branch("b", 4), Type = AttributeProto.Types.AttributeType.Graph });
        OnnxModel dense = Model(17, new Input("x", [1, 64]), new Output("y", [1, 32]), Floats("zero", [], 0), Node("ReduceMax", "x", "m", Attribute("keepdims", 0)), Node("Greater", "m zero", "condition"), choice);
        AssertEqualsStock(dense, Compress(dense, form), minimumSpeedup, _x);
    }

    [ProviderTheory]
    [InlineData(1, 0.9)] // too dense for some, sparse enough for others
    [InlineData(8, 0.1)]
    public void CreateSession_SameSettings_DecidesAsAPlainSession(int batch, double density)
    {
        OnnxModel dense = Model(17, new Input("x", [batch, 3, 40, 40]), new Output("y", [batch, 500]), Weight("c1", 1, density, 20, 24, 3, 3, 3), Weight("c2", 2, 0.1, 20, 48, 24, 3, 3), Weight("f1", 3, density, 200, 4800, 600), Weight("f2", 4, 0.5, 30, 500, 600),
            Node("Conv", "x c1", "a", Ints("strides", 2, 2), Text("auto_pad", "SAME_UPPER")), Node("Relu", "a", "b"), Node("Conv", "b c2", "c", Ints("pads", 1, 1, 1, 1)), Node("MaxPool", "c", "d", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2)),
            Node("Flatten", "d", "e"), Node("MatMul", "e f1", "f"), Node("Gemm", "f f2", "y", Attribute("transB", 1)));
        OnnxModel portable = Compress(dense, ModelForm.Portable);
        Run(portable, new DeepCompressionOptions { Required = true, Threads = 1 }, out DeepCompressionReport? plain, ("x", Random(1, batch * 4800), [batch, 3, 40, 40]));

        using SessionOptions options = new();
        DeepCompressionReport report = options.AppendDeepCompression(new DeepCompressionOptions { Required = true, Threads = 1 });
        CompressedModel.CreateSession(portable, options).Dispose();

        Assert.Equal(4, report.Decisions.Count);
        Assert.Equal(plain!.Decisions.OrderBy(decision => decision.Node).Select(decision => (decision.Node, decision.IsClaimed, decision.Reason)), report.Decisions.OrderBy(decision => decision.Node).Select(decision => (decision.Node, decision.IsClaimed, decision.Reason)));
    }

    [ProviderTheory]
    [InlineData(0.0)]
    [InlineData(1e9)]
    public void CreateSession_DamagedWeight_NamesTheNode(double minimumSpeedup)
    {
        OnnxModel packed = Compress(TwoLayers(), ModelForm.Packed);
        TensorProto blob = packed.Proto.Graph.Initializer.First(tensor => tensor.Name.StartsWith("w1", StringComparison.Ordinal));
        byte[] bytes = blob.RawData.ToByteArray();
        bytes[^20] ^= 0x55;
        blob.RawData = ByteString.CopyFrom(bytes);
        using SessionOptions options = new();

        Exception error = Assert.ThrowsAny<Exception>(() => CompressedModel.CreateSession(packed, options, ClaimAll with { MinimumSpeedup = minimumSpeedup }));

        Assert.True(error is InvalidDataException or OnnxRuntimeException, error.ToString());
        Assert.Contains("w1", error.Message, StringComparison.Ordinal);
        Assert.Contains("PackedWeight", error.Message, StringComparison.Ordinal);
    }

    [ProviderFact]
    public void CreateSession_AttributesThatDoNotFitTheWeight_NamesFileAndNode()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 8, 6, 6]), new Output("y", [1, 12, 6, 6]), Weight("w", 1, 0.4, 20, 12, 8, 3, 3), Node("Conv", "x w", "y", Ints("strides", 1, 1, 1)));
        dense.Proto.Graph.Node[0].Name = "odd";
        using SessionOptions options = new();
        var error = Assert.Throws<InvalidDataException>(() => CompressedModel.CreateSession(Compress(dense, ModelForm.Packed), options, ClaimAll));
        Assert.StartsWith("model: node 'odd': ", error.Message, StringComparison.Ordinal);
    }

    [ProviderFact]
    public void CreateSession_RuntimeFoldsOneReaderOfAWeight_OthersKeepTheKernel()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 64]), new Output("y", [1, 32]), Weight("w", 1, 0.2, 20, 64, 32), Floats("c", [1, 64], Random(2, 64)),
            Node("MatMul", "c w", "a"), Node("MatMul", "x w", "b"), Node("Add", "a b", "y"));
        OnnxModel packed = Compress(dense, ModelForm.Packed);
        float[][] expected = Run(dense, null, out _, _x);
        for (int round = 0; round < 20; round++)
        {
            using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using InferenceSession session = CompressedModel.CreateSession(packed, options, ClaimAll), other = CompressedModel.CreateSession(packed, options, ClaimAll);
            AssertClose(expected, Run(session, _x));
            AssertClose(expected, Run(other, _x));
        }
    }

    [ProviderFact]
    public void CreateSession_OneFileFromManyThreads_EqualsStock()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("dc-model").FullName, "model.onnx");
        try
        {
            OnnxModel dense = TwoLayers();
            Compress(dense, ModelForm.Portable).Save(path);
            float[][] expected = Run(dense, null, out _, _x);
            using SessionOptions shared = new() { IntraOpNumThreads = 1 };
            shared.AppendDeepCompression(ClaimAll);
            Parallel.For(0, 64, i =>
            {
                using SessionOptions own = new() { IntraOpNumThreads = 2 };
                using InferenceSession session = i % 2 == 0 ? CompressedModel.CreateSession(path, shared) : CompressedModel.CreateSession(path, own, ClaimAll);
                AssertClose(expected, Run(session, _x));
            });
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [ProviderFact]
    public void CreateSession_OneWeightForRowsAndSequences_EqualsStock()
    {
        OnnxModel dense = Model(17, new Input("x", [-1, 40]), new Input("z", [-1, -1, 40]), new Output("y", []), new Output("v", []), Weight("w", 1, 1, 100, 40, 40), Node("MatMul", "x w", "y"), Node("MatMul", "z w", "v"));
        foreach (ValueInfoProto output in dense.Proto.Graph.Output)
            output.Type.TensorType.Shape = null;
        AssertEqualsStock(dense, Compress(dense, ModelForm.Portable), 0, ("x", Random(1, 40), [1, 40]), ("z", Random(2, 400), [1, 10, 40]));
    }

    [ProviderTheory]
    [InlineData("nothing", 0.0)]
    [InlineData("nothing", 1e9)]
    [InlineData("a node that nothing reads", 1e9)]
    [InlineData("a subgraph", 1e9)]
    public void CreateSession_LargeConstantReadBy_EqualsStock(string reader, double minimumSpeedup)
    {
        OnnxModel dense = TwoLayers(), portable = Compress(dense, ModelForm.Portable);
        foreach (GraphProto graph in (GraphProto[])[dense.Proto.Graph, portable.Proto.Graph])
        {
            graph.Initializer.Add(Floats("constant", [1, 32, 16], Random(9, 512)));
            if (reader == "a node that nothing reads")
            {
                graph.Node.Add(Node("Relu", "constant", "unused"));
            }
            else if (reader == "a subgraph")
            {
                GraphProto branch = Graph("branch", Node("ReduceMax", "constant", "largest"), new Output("largest", [1, 1, 1]));
                graph.Initializer.Add(Raw("true", TensorProto.Types.DataType.Bool, [], [1]));
                graph.Node.Add(Node("If", "true", "z", Attribute("then_branch", branch), Attribute("else_branch", branch.Clone())));
                graph.Output.Add(new ValueInfoProto { Name = "z", Type = branch.Output[0].Type.Clone() });
            }
        }

        AssertEqualsStock(dense, portable, minimumSpeedup, _x);
    }

    [ProviderFact]
    public void CreateSession_NamesThatAreNotUtf8_EqualsStock()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 64]), new Output("y", [1, 400]), Weight("w", 1, 0.3, 20, 64, 400), Floats("b#", [400], Random(1, 400)), Node("MatMul", "x w", "a"), Node("Mul", "a b#", "y"));
        byte[] bytes = Compress(dense, ModelForm.Portable).ToBytes();
        for (int place = bytes.AsSpan().IndexOf("b#"u8); place >= 0; place = bytes.AsSpan().IndexOf("b#"u8))
            bytes[place + 1] = 0xff;
        string path = Path.Combine(Directory.CreateTempSubdirectory("dc-model").FullName, "model.onnx");
        try
        {
            File.WriteAllBytes(path, bytes);
            using InferenceSession session = CompressedModel.CreateSession(path, null, ClaimAll);
            AssertClose(Run(dense, null, out _, _x), Run(session, _x));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [ProviderFact]
    public void CreateSession_OptionsDisposedOf_Throws()
    {
        OnnxModel portable = Compress(TwoLayers(), ModelForm.Portable);
        SessionOptions options = new();
        CompressedModel.CreateSession(portable, options, ClaimAll).Dispose();
        options.Dispose();
        Assert.Throws<ObjectDisposedException>(() => CompressedModel.CreateSession(portable, options));
    }

    private static void AssertEqualsStock(OnnxModel dense, OnnxModel compressed, double minimumSpeedup, params (string Name, float[] Values, long[] Shape)[] inputs)
    {
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = CompressedModel.CreateSession(compressed, options, ClaimAll with { MinimumSpeedup = minimumSpeedup });
        AssertClose(Run(dense, null, out _, inputs), Run(session, inputs));
    }
}
