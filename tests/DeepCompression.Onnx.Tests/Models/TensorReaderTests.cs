using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx.Tests.Models;

public sealed class TensorReaderTests
{
    private static readonly OnnxModel Model = Graphs.Model(17);

    [Fact]
    public void Read_FloatData_IsLittleEndian()
    {
        var tensor = new TensorProto { Name = "W", DataType = (int)DataType.Float, Dims = { 2 }, FloatData = { 1.5f, -0f } };
        Assert.Equal([1.5f, -0f], MemoryMarshal.Cast<byte, float>(Model.Read(tensor).Span).ToArray());
        Assert.Equal(0x80, Model.Read(tensor).Span[7]);
    }

    [Fact]
    public void Read_DoubleData_IsLittleEndian()
    {
        var tensor = new TensorProto { Name = "W", DataType = (int)DataType.Double, Dims = { 2 }, DoubleData = { 1.5, double.NaN } };
        Assert.Equal([1.5, double.NaN], MemoryMarshal.Cast<byte, double>(Model.Read(tensor).Span).ToArray());
    }

    [Theory]
    [InlineData(DataType.Float16)]
    [InlineData(DataType.Bfloat16)]
    public void Read_HalfPrecisionInInt32Data_TakesTheLowerHalf(DataType type)
    {
        var tensor = new TensorProto { Name = "W", DataType = (int)type, Dims = { 1, 2 }, Int32Data = { 0x3C00, 0xBC01 } };
        Assert.Equal(new byte[] { 0x00, 0x3C, 0x01, 0xBC }, Model.Read(tensor).ToArray());
    }

    [Fact]
    public void Read_FourBitsInInt32Data_KeepsTwoAByte()
    {
        var tensor = new TensorProto { Name = "W", DataType = (int)DataType.Int4, Dims = { 3 }, Int32Data = { 0x21, 0x0F } };
        Assert.Equal(new byte[] { 0x21, 0x0F }, Model.Read(tensor).ToArray());
    }

    [Fact]
    public void Read_WrongCount_NamesTensorAndCounts()
    {
        var typed = new TensorProto { Name = "W", DataType = (int)DataType.Float, Dims = { 3 }, FloatData = { 1 } };
        var raw = Graphs.Floats("W", [3], 1f);
        Assert.Equal("model: tensor 'W': the shape [3] of Float has 3 numbers; found 1.", Assert.Throws<InvalidDataException>(() => Model.Read(typed)).Message);
        Assert.Equal("model: tensor 'W': the shape [3] of Float has 12 bytes; found 4.", Assert.Throws<InvalidDataException>(() => Model.Read(raw)).Message);
    }

    [Fact]
    public void Read_HugeShape_AllocatesNothing()
    {
        var huge = new TensorProto { Name = "W", DataType = (int)DataType.Float, Dims = { 1L << 40, 1L << 40 } };
        var large = new TensorProto { Name = "W", DataType = (int)DataType.Float, Dims = { 1L << 40 } };
        var negative = new TensorProto { Name = "W", DataType = (int)DataType.Float, Dims = { -1 } };
        Assert.Throws<InvalidDataException>(() => Model.Read(huge));
        Assert.Throws<InvalidDataException>(() => Model.Read(large));
        Assert.Throws<InvalidDataException>(() => Model.Read(negative));
    }

    [Fact]
    public void Read_Strings_IsNotSupported()
    {
        var tensor = new TensorProto { Name = "S", DataType = (int)DataType.String, Dims = { 1 } };
        Assert.Contains("'S'", Assert.Throws<NotSupportedException>(() => Model.Read(tensor)).Message);
    }
}
