using System.Globalization;
using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using Microsoft.Win32.SafeHandles;
using static DeepCompression.Onnx.Tests.Graphs;

namespace DeepCompression.Onnx.Tests;

/// <summary>Models larger than a protobuf message can be: 34 weights of 64 MB in external data, 2.3 GB.</summary>
public sealed class LargeModelTests
{
    private const int Weights = 34, Rows = 4096;
    private const long WeightBytes = (long)Rows * Rows * sizeof(float);
    private const int NonZeroEvery = 10_007; // elements

    [LargeModelFact]
    public void CompressUnpackAndSave_ModelOver2GB_IsTheSameInBoundedMemory()
    {
        using var folder = new TempFolder();
        Write(folder);
        OnnxModel model = OnnxModel.Load(folder["large.onnx"]);
        Assert.True(Weights * WeightBytes > 1L << 31);
        long peak = 0;

        ModelCompressor.Compress(model, new CompressionOptions { Default = new WeightOptions { Packing = new PackingOptions { Coder = EntropyCoder.Huffman } }, Progress = new HeapWatch(size => peak = Math.Max(peak, size)) }).Model.Save(folder["packed.onnx"]);
        Assert.InRange(new FileInfo(folder["packed.onnx"]).Length, 1 << 18, 64 << 20);
        Assert.InRange(peak, 1, 16 * WeightBytes);

        OnnxModel packed = OnnxModel.Load(folder["packed.onnx"]);
        peak = 0;
        ModelUnpacker.UnpackTo(packed, folder["dense.onnx"], progress: new HeapWatch(size => peak = Math.Max(peak, size)));
        Assert.InRange(peak, 1, 16 * WeightBytes);
        AssertSame(model, OnnxModel.Load(folder["dense.onnx"]));
        File.Delete(folder["dense.onnx.data"]);

        ModelUnpacker.UnpackTo(packed, folder["portable.onnx"], UnpackTarget.Portable);
        Assert.All(WeightNodeWalker.Find(OnnxModel.Load(folder["portable.onnx"])), node => Assert.Equal(NodeDomain.PrunedWeight, node.OperatorType));

        model.Save(folder["copy.onnx"]);
        AssertSame(model, OnnxModel.Load(folder["copy.onnx"]));
        string message = Assert.Throws<InvalidDataException>(() => model.Save(folder["embedded.onnx"], new SaveOptions { ExternalData = ExternalDataMode.Embed })).Message;
        Assert.Contains("more than the 2 GB", message);
        Assert.False(File.Exists(folder["embedded.onnx"]));
    }

    private static void AssertSame(OnnxModel expected, OnnxModel actual)
    {
        for (int i = 0; i < Weights; i++)
            Assert.True(expected.Read(expected.Proto.Graph.Initializer[i]).Span.SequenceEqual(actual.Read(actual.Proto.Graph.Initializer[i]).Span), $"W{i} differs.");
    }

    // A sparse file: only the pages with a non-zero take room.
    private static void Write(TempFolder folder)
    {
        using SafeFileHandle data = File.OpenHandle(folder["large.bin"], FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(data, Weights * WeightBytes);
        var random = new Random(5);
        OnnxModel model = Model(17, new Input("X", [1, Rows]), new Output($"H{Weights}", [1, Rows]));
        for (int i = 0; i < Weights; i++)
        {
            for (long at = random.Next(NonZeroEvery); at < WeightBytes / sizeof(float); at += NonZeroEvery * (1 + random.Next(10)))
            {
                float value = (float)(random.NextDouble() - 0.5);
                RandomAccess.Write(data, MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in value)), (i * WeightBytes) + (at * sizeof(float)));
            }

            var tensor = new TensorProto { Name = $"W{i}", DataType = 1, Dims = { Rows, Rows }, DataLocation = TensorProto.Types.DataLocation.External };
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "large.bin" });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = (i * WeightBytes).ToString(CultureInfo.InvariantCulture) });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = WeightBytes.ToString(CultureInfo.InvariantCulture) });
            model.Proto.Graph.Initializer.Add(tensor);
            model.Proto.Graph.Node.Add(Node("MatMul", $"{(i == 0 ? "X" : $"H{i}")} W{i}", $"H{i + 1}"));
        }

        File.WriteAllBytes(folder["large.onnx"], model.ToBytes());
    }

    private sealed class HeapWatch(Action<long> seen) : IProgress<CompressionProgress>
    {
        public void Report(CompressionProgress value) => seen(GC.GetTotalMemory(forceFullCollection: false));
    }
}
