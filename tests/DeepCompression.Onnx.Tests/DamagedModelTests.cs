using DeepCompression.WeightSharing;
using static DeepCompression.Onnx.Tests.Graphs;

namespace DeepCompression.Onnx.Tests;

/// <summary>Files that were damaged: refused with a documented exception, never a crash.</summary>
public sealed class DamagedModelTests
{
    private const int Mutants = 3000;

    [Theory]
    [InlineData(ModelForm.Packed)]
    [InlineData(ModelForm.Portable)]
    public void Unpack_MutatedFile_GivesAModelOrADocumentedException(ModelForm form)
    {
        byte[] good = Compressed(form);
        var random = new Random(20);
        int refused = 0;
        for (int i = 0; i < Mutants; i++)
        {
            byte[] mutant = [.. good];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            if (i % 10 == 0)
                mutant = mutant[..random.Next(mutant.Length)];
            try
            {
                OnnxModel model = OnnxModel.FromBytes(mutant);
                ModelUnpacker.Unpack(model);
                ModelInspector.Inspect(model);
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }

        Assert.InRange(refused, Mutants / 10, Mutants);
    }

    [Theory]
    [InlineData("layout", new long[] { 5, 4, 4 }, "gaps")]
    [InlineData("layout", new long[] { -1, 4, 4 }, "'layout' has -1")]
    [InlineData("layout", new long[] { 1L << 40, 4, 4 }, "'layout' has 1099511627776")]
    [InlineData("shape", new long[] { 1, 1 }, "element")]
    [InlineData("shape", new long[] { 1 << 30, 1 << 30 }, "elements")]
    [InlineData("shape", new long[] { -3, 4 }, "non-negative")]
    public void Unpack_LyingPortableNode_NamesNodeAndCause(string input, long[] values, string cause)
    {
        OnnxModel model = OnnxModel.FromBytes(Compressed(ModelForm.Portable));
        Schema.TensorProto old = model.Proto.Graph.Initializer.Single(tensor => tensor.Name == $"W.{input}");
        model.Proto.Graph.Initializer[model.Proto.Graph.Initializer.IndexOf(old)] = Int64s(old.Name, [values.Length], values);
        string message = Assert.Throws<InvalidDataException>(() => ModelUnpacker.Unpack(model)).Message;
        Assert.StartsWith("model: SparseWeight 'W': ", message);
        Assert.Contains(cause, message);
    }

    [Fact]
    public void Unpack_InputThatIsNoConstant_NamesIt()
    {
        OnnxModel model = OnnxModel.FromBytes(Compressed(ModelForm.Packed));
        model.Proto.Graph.Initializer.Clear();
        Assert.Equal("model: PackedWeight 'W': its input 'blob' is no constant.", Assert.Throws<InvalidDataException>(() => ModelUnpacker.Unpack(model)).Message);
    }

    private static byte[] Compressed(ModelForm form) => ModelCompressor.Compress(MatMul(Graphs.Random("W", 1, 1, 20, 30)), new CompressionOptions
    {
        Form = form,
        Default = new WeightOptions { Pruning = new PruningOptions { Sparsity = 0.8 }, WeightSharing = new SharingOptions { Bits = 4 } },
    }).Model.ToBytes();
}
