using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using static DeepCompression.Onnx.Tests.Graphs;

namespace DeepCompression.Onnx.Tests.Models;

public sealed class OnnxModelTests
{
    [Fact]
    public void Load_SavedModel_IsByteIdentical()
    {
        using var folder = new TempFolder();
        OnnxModel model = MatMul(Graphs.Random("W", 1, 1, 8, 4));
        model.Save(folder["m.onnx"]);

        Assert.Equal(model.ToBytes(), File.ReadAllBytes(folder["m.onnx"]));
        Assert.Equal(model.Proto, OnnxModel.Load(folder["m.onnx"]).Proto);
        Assert.Equal(["m.onnx"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Load_UnknownFields_AreKept()
    {
        byte[] known = MatMul(Graphs.Random("W", 1, 1, 8, 4)).ToBytes();
        byte[] unknown = [.. known, 0xFA, 0x3E, 2, 7, 7]; // field 1007, length-delimited
        Assert.Equal(unknown, OnnxModel.FromBytes(unknown).ToBytes());
    }

    [Fact]
    public void Save_OverAnExistingFile_ThrowsUnlessAsked()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["m.onnx"], "mine");
        OnnxModel model = MatMul(Graphs.Random("W", 1, 1, 8, 4));

        Assert.Contains("m.onnx", Assert.Throws<IOException>(() => model.Save(folder["m.onnx"])).Message);
        Assert.Equal("mine", File.ReadAllText(folder["m.onnx"]));
        model.Save(folder["m.onnx"], new SaveOptions { Overwrite = true });
        Assert.Equal(model.Proto, OnnxModel.Load(folder["m.onnx"]).Proto);
    }

    [Fact]
    public void Save_External_MovesLargeInitializersOutAndBack()
    {
        using var folder = new TempFolder();
        OnnxModel model = MatMul(Graphs.Random("W", 1, 1, 64, 16));
        model.Proto.Graph.Initializer.Add(Floats("b", [2], 1, 2));
        model.Save(folder["out.onnx"], new SaveOptions { ExternalData = ExternalDataMode.External });
        OnnxModel outside = OnnxModel.Load(folder["out.onnx"]);

        Assert.Equal(TensorProto.Types.DataLocation.External, outside.Proto.Graph.Initializer[0].DataLocation);
        Assert.Equal(TensorProto.Types.DataLocation.Default, outside.Proto.Graph.Initializer[1].DataLocation);
        Assert.Equal(4096, new FileInfo(folder["out.onnx.data"]).Length);
        Assert.Equal(model.Proto.Graph.Initializer[0].RawData.ToByteArray(), outside.Read(outside.Proto.Graph.Initializer[0]).ToArray());

        outside.Save(folder["in.onnx"], new SaveOptions { ExternalData = ExternalDataMode.Embed });
        Assert.Equal(model.ToBytes(), File.ReadAllBytes(folder["in.onnx"]));
    }

    [Fact]
    public void Save_AutoWithExternalData_CopiesItBesideTheNewFile()
    {
        using var folder = new TempFolder();
        OnnxModel model = MatMul(Graphs.Random("W", 1, 1, 64, 16));
        model.Save(folder["a.onnx"], new SaveOptions { ExternalData = ExternalDataMode.External });
        OnnxModel.Load(folder["a.onnx"]).Save(folder["b.onnx"], new SaveOptions { ExternalDataFile = "b.bin" });

        Assert.Equal(File.ReadAllBytes(folder["a.onnx.data"]), File.ReadAllBytes(folder["b.bin"]));
        Assert.Equal("b.bin", OnnxModel.Load(folder["b.onnx"]).Proto.Graph.Initializer[0].ExternalData[0].Value);
    }

    [Fact]
    public void Save_DataMissing_LeavesNothingBehind()
    {
        using var folder = new TempFolder();
        OnnxModel model = MatMul(External("W", "gone.bin"));
        string message = Assert.Throws<InvalidDataException>(() => new OnnxModel(model.Proto, folder["m.onnx"]).Save(folder["n.onnx"])).Message;

        Assert.Equal("m.onnx: tensor 'W': external data 'gone.bin' is missing.", message);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("sub/../../secret.bin")]
    [InlineData("/etc/hostname")]
    public void Read_ExternalDataOutsideTheFolder_IsRefused(string location)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["models"]);
        File.WriteAllBytes(folder["secret.bin"], new byte[1024]);
        var model = new OnnxModel(MatMul(External("W", location)).Proto, Path.Combine(folder["models"], "m.onnx"));

        string message = Assert.Throws<InvalidDataException>(() => model.Read(model.Proto.Graph.Initializer[0])).Message;
        Assert.Equal($"m.onnx: tensor 'W': external data '{location}' is outside the model's folder and is not read.", message);
    }

    [Fact]
    public void Read_ExternalDataLinkedOutside_IsRefused()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["models"]);
        File.WriteAllBytes(folder["secret.bin"], new byte[1024]);
        File.CreateSymbolicLink(Path.Combine(folder["models"], "w.bin"), folder["secret.bin"]);
        var model = new OnnxModel(MatMul(External("W", "w.bin")).Proto, Path.Combine(folder["models"], "m.onnx"));

        Assert.Contains("links outside", Assert.Throws<InvalidDataException>(() => model.Read(model.Proto.Graph.Initializer[0])).Message);
    }

    [Fact]
    public void Read_ExternalDataTooShort_NamesTheSizes()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["w.bin"], new byte[40]);
        var model = new OnnxModel(MatMul(External("W", "w.bin", offset: "16")).Proto, folder["m.onnx"]);

        Assert.Equal("m.onnx: tensor 'W': external data 'w.bin' of 40 bytes ends before 16 + 128.",
            Assert.Throws<InvalidDataException>(() => model.Read(model.Proto.Graph.Initializer[0])).Message);
    }

    [Fact]
    public void Load_BadFiles_ThrowsInvalidDataNamingTheFile()
    {
        using var folder = new TempFolder();
        byte[] good = MatMul(Graphs.Random("W", 1, 1, 8, 4)).ToBytes();
        var cases = new Dictionary<string, byte[]>
        {
            ["empty.onnx"] = [],
            ["truncated.onnx"] = good[..^10],
            ["text.onnx"] = "this is no model"u8.ToArray(),
            ["nograph.onnx"] = new ModelProto { IrVersion = 8 }.ToByteArray(),
            ["deep.onnx"] = [.. Enumerable.Repeat<byte>(0x3A, 5000)],
        };
        foreach ((string name, byte[] bytes) in cases)
        {
            File.WriteAllBytes(folder[name], bytes);
            string message = Assert.Throws<InvalidDataException>(() => OnnxModel.Load(folder[name])).Message;
            Assert.StartsWith(name + ":", message);
            Assert.DoesNotContain('\n', message);
        }

        Assert.Throws<FileNotFoundException>(() => OnnxModel.Load(folder["none.onnx"]));
    }

    [Fact]
    public void ReadFile_LargeFileThatIsUnmapped_IsRefusedAndNotReadFromNowhere()
    {
        using var folder = new TempFolder();
        MatMul(Graphs.Random("W", 1, 1, 600, 600)).Save(folder["m.onnx"]);
        (ReadOnlyMemory<byte> bytes, MappedFile? mapping) = OnnxModel.ReadFile(folder["m.onnx"]);
        OnnxModel model = OnnxModel.FromBytes(bytes, folder["m.onnx"]);
        ReadOnlyMemory<byte> weight = model.Read(model.Proto.Graph.Initializer[0]);
        float first = BitConverter.ToSingle(weight.Span);
        mapping!.ReleasePages();
        Assert.Equal(first, BitConverter.ToSingle(weight.Span)); // read again from the file
        ((IDisposable)mapping).Dispose();
        ((IDisposable)mapping).Dispose();
        Assert.Throws<ObjectDisposedException>(() => weight.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => model.Read(model.Proto.Graph.Initializer[0]).Span.Length);
    }

    private static TensorProto External(string name, string location, string offset = "0")
    {
        TensorProto tensor = Floats(name, [8, 4]);
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset });
        return tensor;
    }
}
