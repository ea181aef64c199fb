using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;
using DeepCompression.Training.Models;

namespace DeepCompression.Training.Tests.Gradients;

public sealed class TrainingModelTests
{
    [Fact]
    public void Build_OperatorWithoutRule_NamesTheNode()
    {
        NetworkWriter net = new("celu", 1);
        string x = net.Node("Celu", "strange", net.Dense("fc1", net.Input("data", TensorProtos.Float, 0, 3), 3, 3));
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => TrainingModel.Build(net.Finish(net.Dense("fc2", x, 3, 2), 0, 2)));
        Assert.Equal("Celu node 'strange': there is no gradient rule for this operator.", error.Message);
    }

    [Fact]
    public void Build_OperatorWithoutRuleBeforeTheWeights_IsNotDifferentiated()
    {
        NetworkWriter net = new("celu", 1);
        string x = net.Node("Celu", "strange", net.Input("data", TensorProtos.Float, 0, 3));
        TrainingModel model = TrainingModel.Build(net.Finish(net.Dense("fc", x, 3, 2), 0, 2));
        Assert.Equal(["fc.weight", "fc.bias"], model.Weights.Select(weight => weight.Name));
    }

    [Fact]
    public void Build_UnknownOutput_NamesTheOutputs()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => TrainingModel.Build(Networks.LeNet300100(), new TrainingOptions { Output = "nothing" }));
        Assert.StartsWith("The model has no output 'nothing'; it has logits.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_OldOperators_Throws()
    {
        ModelProto model = Networks.LeNet300100();
        model.OpsetImport[0].Version = 6;
        Assert.Contains("version 6", Assert.Throws<NotSupportedException>(() => TrainingModel.Build(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_UnknownDimension_NamesTheInput()
    {
        ModelProto model = Networks.LeNet5();
        model.Graph.Input[0].Type.TensorType.Shape.Dim[2] = new TensorShapeProto.Types.Dimension { DimParam = "height" };
        Assert.Contains("Dimension 2 of input 'data'", Assert.Throws<ArgumentException>(() => TrainingModel.Build(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_WeightInAnotherFile_Throws()
    {
        ModelProto model = Networks.LeNet300100();
        model.Graph.Initializer[0].DataLocation = TensorProto.Types.DataLocation.External;
        Assert.ThrowsAny<Exception>(() => TrainingModel.Build(model));
    }

    [Fact]
    public void Build_NothingTrainable_Throws() =>
        Assert.Throws<ArgumentException>(() => TrainingModel.Build(Networks.LeNet300100(), new TrainingOptions { IsTrainable = _ => false }));

    [Fact]
    public void Build_SomeTrainable_TrainsThoseAlone()
    {
        TrainingModel model = TrainingModel.Build(Networks.LeNet5(), new TrainingOptions { IsTrainable = name => name.StartsWith("fc", StringComparison.Ordinal) });
        Assert.Equal(["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"], model.Weights.Select(weight => weight.Name));
        Assert.DoesNotContain(model.Training.Graph.Node, node => node.OpType == "MaxUnpool");
    }

    [Fact]
    public void Build_LeNets_HaveThePapersParameters()
    {
        Assert.Equal(266610, TrainingModel.Build(Networks.LeNet300100()).Weights.Sum(weight => weight.Shape.Length));
        Assert.Equal(431080, TrainingModel.Build(Networks.LeNet5()).Weights.Sum(weight => weight.Shape.Length));
    }
}
