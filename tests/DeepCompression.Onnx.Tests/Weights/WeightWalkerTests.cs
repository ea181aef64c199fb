using DeepCompression.Onnx.Schema;
using static DeepCompression.Onnx.Tests.Graphs;

namespace DeepCompression.Onnx.Tests.Weights;

public sealed class WeightWalkerTests
{
    [Fact]
    public void Find_InitializerUsedByTwoNodes_IsOneWeightWithTwoConsumers()
    {
        OnnxModel model = Model(17, Floats("W", [2, 2], 1, 2, 3, 4), Int64s("shape", [1], -1),
            Node("MatMul", "X W", "A"), Node("Gemm", "A W b", "B"));
        Weight weight = Assert.Single(WeightWalker.Find(model));

        Assert.Equal(("W", "W", WeightPlace.Initializer, ElementType.Float32), (weight.Name, weight.Path, weight.Place, weight.ElementType));
        Assert.Equal([("MatMul", 1), ("Gemm", 1)], weight.Consumers.Select(consumer => (consumer.OperatorType, consumer.InputIndex)));
        Assert.Equal(["Gemm", "MatMul"], weight.OperatorTypes);
        Assert.Equal(new TensorShape(2, 2), weight.Shape);
    }

    [Theory]
    [InlineData("Conv", "X W", WeightRole.Convolution)]
    [InlineData("ConvTranspose", "X W", WeightRole.Convolution)]
    [InlineData("Conv", "X K W", WeightRole.Bias)]
    [InlineData("Gemm", "X W", WeightRole.Matrix)]
    [InlineData("Gemm", "X K W", WeightRole.Bias)]
    [InlineData("LSTM", "X W R B", WeightRole.Recurrent)]
    [InlineData("GRU", "X K W B", WeightRole.Recurrent)]
    [InlineData("LSTM", "X K R W", WeightRole.Bias)]
    [InlineData("Gather", "W ids", WeightRole.Embedding)]
    [InlineData("BatchNormalization", "X W b m v", WeightRole.Normalization)]
    [InlineData("LayerNormalization", "X s W", WeightRole.Normalization)]
    [InlineData("Add", "X W", WeightRole.Bias)]
    [InlineData("Mul", "X W", WeightRole.Other)]
    public void Find_ByOperatorAndInput_GivesTheRole(string type, string inputs, WeightRole role)
    {
        OnnxModel model = Model(17, Floats("W", [1, 4], 1, 2, 3, 4), Node(type, inputs, "Y"));
        Assert.Equal(role, Assert.Single(WeightWalker.Find(model)).Role);
    }

    [Fact]
    public void Find_ThroughTransposeAndCast_SeesTheMatrixProduct()
    {
        OnnxModel model = Model(17, Floats("W", [2, 2], 1, 2, 3, 4), Node("Transpose", "W", "T"), Node("Cast", "T", "C"), Node("MatMul", "X C", "Y"));
        Weight weight = Assert.Single(WeightWalker.Find(model));
        Assert.Equal((WeightRole.Matrix, "MatMul"), (weight.Role, weight.OperatorTypes.Single()));
        Assert.Equal("Transpose", weight.Consumers.Single().OperatorType);
    }

    [Fact]
    public void Find_ConstantNodes_ReadsValueAndValueFloats()
    {
        NodeProto floats = Node("Constant", "", "F", new AttributeProto { Name = "value_floats", Floats = { 1, 2, 3 } });
        OnnxModel model = Model(17, Constant("C", Floats("inner", [2], 5, 6)), floats, Node("Gather", "C i", "Y"));
        IReadOnlyList<Weight> weights = WeightWalker.Find(model);

        Assert.Equal([("C", WeightPlace.Constant), ("F", WeightPlace.ConstantFloats)], weights.Select(weight => (weight.Name, weight.Place)));
        Assert.Equal(12, weights[1].Read().Length);
        Assert.Equal(WeightRole.Embedding, weights[0].Role);
    }

    [Fact]
    public void Find_SubgraphThatShadowsAName_KeepsBothApart()
    {
        GraphProto then = Graph("then", Floats("W", [1], 1), Node("MatMul", "X W", "T"));
        GraphProto other = Graph("else", Node("Gemm", "X W", "E"));
        NodeProto branch = Node("If", "c", "Y", Attribute("then_branch", then), Attribute("else_branch", other));
        branch.Name = "choose";
        OnnxModel model = Model(17, Floats("W", [1], 2), branch);
        IReadOnlyList<Weight> weights = WeightWalker.Find(model);

        Assert.Equal(["W", "choose.then_branch/W"], weights.Select(weight => weight.Path));
        Assert.Equal("Gemm", weights[0].Consumers.Single().OperatorType);
        Assert.Equal("choose.else_branch/", weights[0].Consumers.Single().Scope);
        Assert.Equal("MatMul", weights[1].Consumers.Single().OperatorType);
    }

    [Fact]
    public void Find_FunctionBody_FindsItsConstants()
    {
        OnnxModel model = Model(17, Node("Mine", "X", "Y"));
        model.Proto.Functions.Add(new FunctionProto
        {
            Name = "Mine", Domain = "local", Input = { "x" }, Output = { "y" },
            Node = { Constant("W", Floats("", [1], 1)), Node("MatMul", "x W", "y") },
        });
        Weight weight = Assert.Single(WeightWalker.Find(model));
        Assert.Equal(("local.Mine/W", WeightRole.Matrix), (weight.Path, weight.Role));
    }

    [Fact]
    public void Find_InputWithInitializer_IsOverridableFromIrVersion4()
    {
        OnnxModel model = Model(17, new Input("W", [1]), Floats("W", [1], 1), Node("MatMul", "X W", "Y"));
        Assert.True(WeightWalker.Find(model).Single().IsOverridable);
        model.Proto.IrVersion = 3;
        Assert.False(WeightWalker.Find(model).Single().IsOverridable);
    }

    [Fact]
    public void Find_DefinedTwice_Throws()
    {
        OnnxModel model = Model(17, Floats("W", [1], 1), Floats("W", [1], 2));
        Assert.Equal("model: 'W' is defined twice.", Assert.Throws<InvalidDataException>(() => WeightWalker.Find(model)).Message);
    }
}
