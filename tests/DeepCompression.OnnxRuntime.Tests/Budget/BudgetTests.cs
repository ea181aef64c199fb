using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Budget;
using DeepCompression.OnnxRuntime.Tests.Verification;
using DeepCompression.OnnxRuntime.Verification;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.OnnxRuntime.Tests.Budget;

public sealed class BudgetTests
{
    [Theory]
    [InlineData(ModelForm.Packed, 0.02)]
    [InlineData(ModelForm.Packed, 0.0001)]
    [InlineData(ModelForm.Portable, 0.02)]
    public void Compress_AnyBudget_IsHeldByTheFinishedModel(ModelForm form, double budget)
    {
        BudgetCompression compression = Compress(TwoLayers(), form, budget);
        Assert.InRange(compression.Verification.RelativeError, 0, budget);
        Assert.True(compression.Result.Report.FileBytes <= compression.Result.OriginalBytes + 1000);
    }

    [Fact]
    public void Compress_LargerBudget_GivesASmallerModel()
    {
        long tight = Compress(TwoLayers(), ModelForm.Packed, 0.005).Result.Report.FileBytes;
        long loose = Compress(TwoLayers(), ModelForm.Packed, 0.1).Result.Report.FileBytes;
        Assert.True(loose < 0.8 * tight, $"{loose} bytes at 10 %, {tight} at 0.5 %");
    }

    [Fact]
    public void Compress_ZeroBudget_ChangesNothing()
    {
        BudgetCompression compression = Compress(TwoLayers(), ModelForm.Packed, 0);
        Assert.True(compression.Verification.Identical);
        Assert.All(compression.Choices, choice => Assert.True(choice.IsKept));
    }

    [Fact]
    public void Compress_Choices_GiveAReasonForEveryWeight()
    {
        BudgetCompression compression = Compress(TwoLayers(), ModelForm.Packed, 0.02);
        Assert.Equal(["A", "B"], compression.Choices.Select(c => c.Path).Order());
        Assert.All(compression.Choices, choice => Assert.NotEqual("", choice.Reason));
        Assert.Equal(1, compression.Choices.Sum(c => c.ErrorShare), 6);
    }

    [Fact]
    public void Compress_WeightWithoutEffect_IsChangedLittle()
    {
        // The second half of the outputs is multiplied by zero.
        ModelProto proto = TwoLayers();
        proto.Graph.Initializer.Add(TestModels.Tensor("zero", [0], 1));
        proto.Graph.Initializer.Add(TestModels.Tensor("D", Normal(64 * 64, 9), 64, 64));
        proto.Graph.Node.Insert(2, new NodeProto { OpType = "MatMul", Input = { "r", "D" }, Output = { "d" } });
        proto.Graph.Node.Insert(3, new NodeProto { OpType = "Mul", Input = { "d", "zero" }, Output = { "z" } });
        proto.Graph.Node.Insert(4, new NodeProto { OpType = "Add", Input = { "r", "z" }, Output = { "s" } });
        proto.Graph.Node[^1].Input[0] = "s";
        WeightChoice choice = Compress(proto, ModelForm.Packed, 0.05).Choices.Single(c => c.Path == "D");
        Assert.True(choice.Bits is 0 or 8 && choice.Sparsity == 0, choice.ToString());
        Assert.Contains("no effect", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Compress_NaNInAWeight_KeepsIt()
    {
        ModelProto proto = TwoLayers();
        float[] values = Normal(64 * 32, 5);
        values[7] = float.NaN;
        proto.Graph.Initializer[1] = TestModels.Tensor("B", values, 64, 32);
        WeightChoice choice = Compress(proto, ModelForm.Packed, 0.05).Choices.Single(c => c.Path == "B");
        Assert.True(choice.IsKept);
        Assert.Contains("NaN", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NoFractionalOutput_IsNotSupported()
    {
        ModelProto proto = TwoLayers();
        proto.Graph.Node.Add(new NodeProto { OpType = "ArgMax", Input = { "y" }, Output = { "best" } });
        proto.Graph.Output[0] = TestModels.Value("best", DataType.Int64, null, null);
        Assert.Contains("no error can be measured", Assert.Throws<NotSupportedException>(() => Compress(proto, ModelForm.Packed, 0.05)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lift_WeightOfASubgraph_IsFedFromOutside()
    {
        ModelProto proto = TestModels.Model(new GraphProto
        {
            Name = "g",
            Input = { TestModels.Value("x", DataType.Float, 1, 64), TestModels.Value("c", DataType.Bool) },
            Output = { TestModels.Value("y", DataType.Float, 1, 32) },
            Node =
            {
                new NodeProto
                {
                    OpType = "If", Name = "if", Input = { "c" }, Output = { "y" },
                    Attribute = { Branch("then_branch", 1), Branch("else_branch", 2) },
                },
            },
        });
        BudgetCompression compression = Compress(proto, ModelForm.Packed, 0.05);
        Assert.Equal(2, compression.Choices.Length);
        Assert.InRange(compression.Verification.RelativeError, 1e-9, 0.05);
    }

    private static AttributeProto Branch(string name, int seed) => new()
    {
        Name = name,
        Type = AttributeProto.Types.AttributeType.Graph,
        G = new GraphProto
        {
            Name = name,
            Output = { TestModels.Value("out", DataType.Float, 1, 32) },
            Initializer = { TestModels.Tensor("W", Normal(64 * 32, seed), 64, 32) },
            Node = { new NodeProto { OpType = "MatMul", Input = { "x", "W" }, Output = { "out" } } },
        },
    };

    private static BudgetCompression Compress(ModelProto proto, ModelForm form, double budget)
    {
        var model = new OnnxModel(proto);
        using ModelRunner runner = ModelRunner.Open(model);
        IReadOnlyList<InputSample> samples = RandomInputs.Create(runner.Inputs, new RandomInputOptions { Count = 8 });
        return BudgetCompressor.Compress(model, [.. runner.Inputs.Select(i => i.Name)], samples, form, new BudgetOptions { MaxError = budget });
    }

    private static ModelProto TwoLayers() => TestModels.Model(new GraphProto
    {
        Name = "mlp",
        Input = { TestModels.Value("x", DataType.Float, 1, 48) },
        Output = { TestModels.Value("y", DataType.Float, 1, 32) },
        Initializer = { TestModels.Tensor("A", Normal(48 * 64, 1), 48, 64), TestModels.Tensor("B", Normal(64 * 32, 2), 64, 32) },
        Node =
        {
            new NodeProto { OpType = "MatMul", Input = { "x", "A" }, Output = { "h" } },
            new NodeProto { OpType = "Relu", Input = { "h" }, Output = { "r" } },
            new NodeProto { OpType = "MatMul", Input = { "r", "B" }, Output = { "y" } },
        },
    });

    private static float[] Normal(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) / 8))];
    }
}
