using DeepCompression.Onnx;
using static DeepCompression.Onnx.Tests.Graphs;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.OnnxRuntime.Tests.Forms;

/// <summary>The function bodies of the portable nodes, run by ONNX Runtime without any of our code in it.</summary>
public sealed class PortableNodeTests
{
    public static TheoryData<int> Opsets => [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24];

    [Theory]
    [MemberData(nameof(Opsets))]
    public void Run_SparseWeight_GivesTheDenseWeight(int opset) =>
        AssertDense(opset, CodedWeights.Random(1, 0.2, 16, ElementType.Float32, 1, 12, 40), NodeContent.Sparse);

    [Theory]
    [MemberData(nameof(Opsets))]
    public void Run_SparseWeightWithGroups_GivesTheDenseWeight(int opset) =>
        AssertDense(opset, CodedWeights.Random(2, 0.3, 5, ElementType.Float32, 4, 12, 7), NodeContent.Sparse);

    [Theory]
    [MemberData(nameof(Opsets))]
    public void Run_SharedWeight_GivesTheDenseWeight(int opset) =>
        AssertDense(opset, CodedWeights.Random(3, 0.9, 3, ElementType.Float32, 1, 5, 7), NodeContent.Shared);

    [Theory]
    [MemberData(nameof(Opsets))]
    public void Run_SharedWeightWithGroups_GivesTheDenseWeight(int opset) =>
        AssertDense(opset, CodedWeights.Random(4, 0.9, 200, ElementType.Float32, 5, 5, 70), NodeContent.Shared);

    [Theory]
    [MemberData(nameof(Opsets))]
    public void Run_PrunedWeight_GivesTheDenseWeight(int opset) =>
        AssertDense(opset, CodedWeights.Pruned(5, 0.1, ElementType.Float32, 12, 40), tensor => NodeContent.Pruned((PrunedTensor)tensor));

    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float64)]
    public void Run_OtherElementTypes_GivesTheDenseWeight(ElementType type)
    {
        AssertDense(17, CodedWeights.Random(1, 0.2, 16, type, 1, 12, 40), NodeContent.Sparse);
        AssertDense(17, CodedWeights.Random(1, 0.2, 16, type, 3, 12, 40), NodeContent.Sparse);
        AssertDense(17, CodedWeights.Random(3, 0.9, 3, type, 1, 5, 7), NodeContent.Shared);
        AssertDense(17, CodedWeights.Random(4, 0.9, 20, type, 5, 5, 70), NodeContent.Shared);
        if (type != ElementType.BFloat16)
            AssertDense(17, CodedWeights.Pruned(5, 0.1, type, 12, 40), tensor => NodeContent.Pruned((PrunedTensor)tensor));
    }

    [Fact]
    public void Run_ScalarAndAllZeroAndSingleElement_GivesTheDenseWeight()
    {
        foreach (long[] shape in new long[][] { [], [1], [1, 1, 1], [300] })
        {
            AssertDense(17, CodedWeights.Random(1, 1, 2, ElementType.Float32, 1, shape), NodeContent.Sparse);
            AssertDense(17, CodedWeights.Random(1, 0, 2, ElementType.Float32, 1, shape), NodeContent.Sparse);
            AssertDense(17, CodedWeights.Random(1, 1, 2, ElementType.Float32, 1, shape), NodeContent.Shared);
            AssertDense(17, CodedWeights.Pruned(1, 1, ElementType.Float32, shape), tensor => NodeContent.Pruned((PrunedTensor)tensor));
            AssertDense(17, CodedWeights.Pruned(1, 0, ElementType.Float32, shape), tensor => NodeContent.Pruned((PrunedTensor)tensor));
        }
    }

    private static void AssertDense(int opset, CompressedTensor tensor, Func<CodedTensor, NodeContent> encode) =>
        AssertDense(opset, tensor, encode((CodedTensor)tensor));

    private static void AssertDense(int opset, CompressedTensor tensor, Func<CompressedTensor, NodeContent> encode) =>
        AssertDense(opset, tensor, encode(tensor));

    private static void AssertDense(int opset, CompressedTensor tensor, NodeContent content)
    {
        byte[] dense = new byte[tensor.DenseBytes];
        tensor.CopyDenseTo(dense);
        long[] shape = tensor.Shape.Dimensions.ToArray();
        var type = (DataType)tensor.ElementType;
        OnnxModel model = Model(opset, new Input("X", shape, type), new Output("Y", shape, type), Raw("W", type, shape, dense), Node("Identity", "W", "Y"));
        model.Proto.IrVersion = 8;
        var replacer = new WeightReplacer(model);
        replacer.Replace(WeightWalker.Find(model).Single(), content);
        replacer.Finish();

        Assert.Equal(content.OperatorType, model.Proto.Graph.Node[0].OpType);
        Assert.Equal(dense, Runtime.RunToBytes(model, "Y"));
        CompressedTensor decoded = WeightNodeWalker.Find(model).Single().DecodePortable();
        byte[] again = new byte[dense.Length];
        decoded.CopyDenseTo(again);
        Assert.Equal(dense, again);
    }
}
