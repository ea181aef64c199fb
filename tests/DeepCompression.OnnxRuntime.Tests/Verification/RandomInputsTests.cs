using System.Collections.Immutable;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Verification;
using Microsoft.ML.OnnxRuntime.Tensors;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.OnnxRuntime.Tests.Verification;

public sealed class RandomInputsTests
{
    private static readonly InputDeclaration s_image = new("image", TensorElementType.Float, [-1, 3, -1, -1], ["batch", "", "h", "w"]);

    [Fact]
    public void Create_OpenImage_Gets224PixelsOfUnitVariance()
    {
        TensorValue tensor = RandomInputs.Create([s_image])[0].Tensors[0];
        Assert.Equal<long>([1, 3, 224, 224], tensor.Shape);
        double[] values = tensor.ToDoubles();
        Assert.InRange(values.Average(), -1e-4, 1e-4);
        Assert.InRange(values.Sum(v => v * v) / values.Length, 0.999, 1.001);
    }

    [Fact]
    public void Create_Image_IsSmooth()
    {
        double[] row = RandomInputs.Create([s_image])[0].Tensors[0].ToDoubles()[..224];
        double neighbours = row.Zip(row.Skip(1), (a, b) => (a - b) * (a - b)).Average();
        double any = row.Average(a => row.Average(b => (a - b) * (a - b)));
        Assert.True(neighbours < any / 4, $"neighbours differ by {neighbours}, any two by {any}");
    }

    [Fact]
    public void Create_SameSeed_GivesSameNumbers_OtherSampleOthers()
    {
        var options = new RandomInputOptions { Seed = 7, Count = 2 };
        InputDeclaration[] inputs = [new("x", TensorElementType.Double, [1000], [""])];
        IReadOnlyList<InputSample> first = RandomInputs.Create(inputs, options), second = RandomInputs.Create(inputs, options);
        Assert.Equal(first[0].Tensors[0].ToDoubles(), second[0].Tensors[0].ToDoubles());
        Assert.NotEqual(first[0].Tensors[0].ToDoubles(), first[1].Tensors[0].ToDoubles());
        Assert.InRange(first[0].Tensors[0].ToDoubles().Average(), -0.1, 0.1);
    }

    [Fact]
    public void Create_GivenShape_AlsoDecidesSharedSymbols()
    {
        InputDeclaration other = new("mask", TensorElementType.Bool, [-1, -1], ["batch", "w"]);
        var options = new RandomInputOptions { Shapes = Shapes("image", 2, 3, 48, 320) };
        InputSample sample = RandomInputs.Create([other, s_image], options)[0];
        Assert.Equal<long>([2, 320], sample.Tensors[0].Shape);
        Assert.Equal<long>([2, 3, 48, 320], sample.Tensors[1].Shape);
    }

    [Fact]
    public void Create_ShapeThatContradicts_IsRefused()
    {
        string message = Assert.Throws<ArgumentException>(() => RandomInputs.Create([s_image], new() { Shapes = Shapes("image", 1, 4, 8, 8) })).Message;
        Assert.StartsWith("The shape 1x4x8x8 does not fit the input image: Float batchx3xhxw.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ShapeOfUnknownInput_IsRefused() =>
        Assert.Contains("no input 'y'; it has 'image'", Assert.Throws<ArgumentException>(() => RandomInputs.Create([s_image], new() { Shapes = Shapes("y", 1) })).Message, StringComparison.Ordinal);

    [Fact]
    public void Find_InputOfEmbedding_StaysInRange()
    {
        ModelProto model = TestModels.Model(new GraphProto
        {
            Name = "g",
            Input = { TestModels.Value("ids", DataType.Int64, 1, "length") },
            Output = { TestModels.Value("y", DataType.Float, 1, "length", 2) },
            Initializer = { TestModels.Tensor("E", new float[200], 100, 2) },
            Node =
            {
                new NodeProto { OpType = "Identity", Input = { "ids" }, Output = { "same" } },
                new NodeProto { OpType = "Gather", Input = { "E", "same" }, Output = { "y" } },
            },
        });
        ImmutableDictionary<string, long> limits = IndexLimits.Find(model);
        Assert.Equal(100, limits["ids"]);

        InputDeclaration[] inputs = [new("ids", TensorElementType.Int64, [1, 5000], ["", ""])];
        double[] ids = RandomInputs.Create(inputs, new() { IntegerLimits = limits })[0].Tensors[0].ToDoubles();
        Assert.Equal((0, 99), (ids.Min(), ids.Max()));
    }

    private static ImmutableDictionary<string, ImmutableArray<long>> Shapes(string name, params long[] shape) =>
        ImmutableDictionary<string, ImmutableArray<long>>.Empty.Add(name, [.. shape]);
}
