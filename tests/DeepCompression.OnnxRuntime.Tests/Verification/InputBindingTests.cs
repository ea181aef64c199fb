using System.Runtime.InteropServices;
using DeepCompression.OnnxRuntime.Verification;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Tests.Verification;

public sealed class InputBindingTests
{
    private static readonly InputDeclaration s_x = new("x", TensorElementType.Float, [1, 2], ["", ""]);
    private static readonly InputDeclaration s_ids = new("ids", TensorElementType.Int64, [-1], ["n"]);

    [Fact]
    public void Bind_NamedTensors_AreTakenByName()
    {
        var sample = new InputSample("s", [Integers("ids", 3), TensorValue.FromSingle("x", [1, 2], [1, 2])]);
        Assert.Equal(["x", "ids"], InputBinding.Bind([s_x, s_ids], sample).Single().Tensors.Select(t => t.Name));
    }

    [Fact]
    public void Bind_UnnamedTensors_AreTakenInOrder()
    {
        var sample = new InputSample("s", [TensorValue.FromSingle("", [1, 2], [1, 2]), Integers("", 3)]);
        Assert.Equal(["x", "ids"], InputBinding.Bind([s_x, s_ids], sample).Single().Tensors.Select(t => t.Name));
    }

    [Fact]
    public void Bind_StackForBatchOne_IsSplit()
    {
        var sample = new InputSample("s", [TensorValue.FromSingle("x", [3, 2], [1, 2, 3, 4, 5, 6])]);
        IReadOnlyList<InputSample> bound = InputBinding.Bind([s_x], sample);
        Assert.Equal(3, bound.Count);
        Assert.Equal([5, 6], bound[2].Tensors[0].ToDoubles());
    }

    [Fact]
    public void Bind_Float64ForFloat32_IsConverted()
    {
        var sample = new InputSample("s", [new TensorValue("x", TensorElementType.Double, [1, 2], MemoryMarshal.AsBytes<double>([0.5, 2]).ToArray())]);
        TensorValue tensor = InputBinding.Bind([s_x], sample).Single().Tensors[0];
        Assert.Equal(TensorElementType.Float, tensor.ElementType);
        Assert.Equal([0.5, 2], tensor.ToDoubles());
    }

    [Fact]
    public void Bind_FloatForInteger_IsRefused() =>
        AssertInvalid("input 'ids' is of Int64; found Float", s_ids, TensorValue.FromSingle("ids", [1], [1]));

    [Fact]
    public void Bind_OtherShape_IsRefused() =>
        AssertInvalid("the model wants x: Float 1x2; found a tensor of shape 1x3", s_x, TensorValue.FromSingle("x", [1, 3], [1, 2, 3]));

    [Fact]
    public void Bind_TooFewTensors_NamesWhatIsWanted()
    {
        string message = Assert.Throws<InvalidDataException>(() => InputBinding.Bind([s_x, s_ids], new InputSample("in.npy", [Integers("", 1)]))).Message;
        Assert.Equal("in.npy: the model wants 2 inputs ('x', 'ids'); found 1 tensors.", message);
    }

    [Fact]
    public void Bind_IntegerThatDoesNotFit_IsRefused()
    {
        var bytes = new InputDeclaration("b", TensorElementType.UInt8, [-1], [""]);
        AssertInvalid("does not hold a value", bytes, Integers("b", 300));
    }

    private static TensorValue Integers(string name, params long[] values) =>
        new(name, TensorElementType.Int64, [values.Length], MemoryMarshal.AsBytes<long>(values).ToArray());

    private static void AssertInvalid(string cause, InputDeclaration input, TensorValue tensor) =>
        Assert.Contains(cause, Assert.Throws<InvalidDataException>(() => InputBinding.Bind([input], new InputSample("s", [tensor]))).Message, StringComparison.Ordinal);
}
