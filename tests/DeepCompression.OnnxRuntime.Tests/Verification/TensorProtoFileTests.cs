using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Verification;
using Google.Protobuf;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.OnnxRuntime.Tests.Verification;

public sealed class TensorProtoFileTests
{
    [Fact]
    public void ToValue_RawFloats_AreRead() =>
        Assert.Equal([1, -2.5], TensorProtoFile.ToValue(TestModels.Tensor("x", [1, -2.5f], 2), "x.pb").ToDoubles());

    [Fact]
    public void ToValue_TypedFields_AreRead()
    {
        Assert.Equal([1.5], Values(new TensorProto { FloatData = { 1.5f } }, DataType.Float));
        Assert.Equal([1.5], Values(new TensorProto { DoubleData = { 1.5 } }, DataType.Double));
        Assert.Equal([-3], Values(new TensorProto { Int64Data = { -3 } }, DataType.Int64));
        Assert.Equal([3], Values(new TensorProto { Uint64Data = { 3 } }, DataType.Uint32));
        Assert.Equal([-7], Values(new TensorProto { Int32Data = { -7 } }, DataType.Int8));
        Assert.Equal([1], Values(new TensorProto { Int32Data = { 1 } }, DataType.Bool));
        Assert.Equal([2], Values(new TensorProto { Int32Data = { BitConverter.HalfToUInt16Bits((Half)2) } }, DataType.Float16));
    }

    [Fact]
    public void ToValue_TooFewElements_NamesFileAndCause()
    {
        string message = Assert.Throws<InvalidDataException>(() => TensorProtoFile.ToValue(TestModels.Tensor("x", [1], 3), "input_0.pb")).Message;
        Assert.Equal("input_0.pb: 1 elements do not fit the shape (3).", message);
    }

    [Fact]
    public void ToValue_Strings_AreNotSupported()
    {
        var proto = new TensorProto { DataType = (int)DataType.String, StringData = { ByteString.CopyFromUtf8("a") } };
        Assert.Contains("String", Assert.Throws<NotSupportedException>(() => TensorProtoFile.ToValue(proto, "x.pb")).Message);
    }

    [Fact]
    public void ToValue_NegativeDimension_IsRefused()
    {
        var proto = new TensorProto { DataType = (int)DataType.Float, Dims = { -1 }, RawData = ByteString.CopyFrom(new byte[4]) };
        Assert.Throws<InvalidDataException>(() => TensorProtoFile.ToValue(proto, "x.pb"));
    }

    [Fact]
    public void Read_NoTensor_NamesFile()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("x.pb", [0xFF, 0xFF, 0xFF]);
        Assert.StartsWith(path + ": not an ONNX tensor", Assert.Throws<InvalidDataException>(() => TensorProtoFile.Read(path)).Message, StringComparison.Ordinal);
    }

    private static double[] Values(TensorProto proto, DataType type)
    {
        proto.DataType = (int)type;
        proto.Dims.Add(1);
        return TensorProtoFile.ToValue(proto, "x.pb").ToDoubles();
    }
}
