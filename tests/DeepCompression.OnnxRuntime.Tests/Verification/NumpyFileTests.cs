using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using DeepCompression.OnnxRuntime.Verification;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Tests.Verification;

public sealed class NumpyFileTests
{
    [Fact]
    public void Parse_FloatsOfAnyShape_GivesTheSameValues() => Prop.ForAll<float[], byte>((values, split) =>
    {
        int rows = values.Length == 0 ? 0 : Enumerable.Range(1, values.Length).Where(r => values.Length % r == 0).ElementAt(split % Enumerable.Range(1, values.Length).Count(r => values.Length % r == 0));
        int columns = rows == 0 ? 3 : values.Length / rows;
        TensorValue tensor = NumpyFile.Parse("a", Npy("<f4", false, $"({rows}, {columns})", MemoryMarshal.AsBytes<float>(values)), "a.npy");
        return tensor.Shape.SequenceEqual([rows, columns]) && tensor.Bytes.Span.SequenceEqual(MemoryMarshal.AsBytes<float>(values));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Parse_FortranOrder_BecomesRowMajor()
    {
        // The matrix [[1, 2, 3], [4, 5, 6]] column by column.
        TensorValue tensor = NumpyFile.Parse("", Npy("<i4", true, "(2, 3)", MemoryMarshal.AsBytes<int>([1, 4, 2, 5, 3, 6])), "f.npy");
        Assert.Equal([1, 2, 3, 4, 5, 6], tensor.ToDoubles());
        Assert.Equal<long>([2, 3], tensor.Shape);
    }

    [Fact]
    public void Parse_BigEndian_IsSwapped() =>
        Assert.Equal([1, 258], NumpyFile.Parse("", Npy(">u2", false, "(2,)", [0, 1, 1, 2]), "b.npy").ToDoubles());

    [Fact]
    public void Parse_ScalarOfVersion2_IsRead()
    {
        TensorValue tensor = NumpyFile.Parse("", Npy("<f8", false, "()", BitConverter.GetBytes(2.5), version: 2), "s.npy");
        Assert.Equal([2.5], tensor.ToDoubles());
        Assert.Empty(tensor.Shape);
    }

    [Theory]
    [InlineData("<f2", TensorElementType.Float16, 2)]
    [InlineData("|b1", TensorElementType.Bool, 1)]
    [InlineData("<i8", TensorElementType.Int64, 8)]
    [InlineData("|u1", TensorElementType.UInt8, 1)]
    public void Parse_Descriptor_GivesItsType(string descriptor, TensorElementType type, int size) =>
        Assert.Equal(type, NumpyFile.Parse("", Npy(descriptor, false, "(2,)", new byte[2 * size]), "d.npy").ElementType);

    [Fact]
    public void Parse_OtherMagic_NamesFileAndCause() => AssertInvalid("not a .npy file", "hello, world"u8.ToArray());

    [Fact]
    public void Parse_UnknownVersion_NamesFileAndCause() => AssertInvalid("version 9", Npy("<f4", false, "(0,)", [], version: 9));

    [Fact]
    public void Parse_HeaderCutOff_NamesFileAndCause() => AssertInvalid("claims", Npy("<f4", false, "(1,)", new byte[4])[..20]);

    [Fact]
    public void Parse_DataTooShort_NamesFileAndCause() => AssertInvalid("needs more than", Npy("<f4", false, "(3,)", new byte[8]));

    [Fact]
    public void Parse_DataTooLong_NamesFileAndCause() => AssertInvalid("needs 8 bytes", Npy("<f4", false, "(2,)", new byte[12]));

    [Fact]
    public void Parse_HugeShape_IsRefusedWithoutAllocating() =>
        AssertInvalid("needs more than", Npy("<f8", false, "(9223372036854775807, 9223372036854775807)", new byte[8]));

    [Fact]
    public void Parse_NegativeDimension_IsRefused() => AssertInvalid("\"-1\" is not a dimension", Npy("<f4", false, "(-1,)", new byte[8]));

    [Fact]
    public void Parse_NoShape_IsRefused() => AssertInvalid("no 'shape'", Npy("<f4", false, null, new byte[8]));

    [Fact]
    public void Parse_Strings_AreNotSupported() =>
        Assert.Contains("s.npy", Assert.Throws<NotSupportedException>(() => NumpyFile.Parse("", Npy("<U5", false, "(1,)", new byte[20]), "s.npy")).Message);

    [Fact]
    public void Read_Archive_GivesNamedTensors()
    {
        using var folder = new TemporaryFolder();
        string path = folder["inputs.npz"];
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            Add(archive, "x.npy", Npy("<f4", false, "(1, 2)", MemoryMarshal.AsBytes<float>([1, 2])));
            Add(archive, "ids.npy", Npy("<i8", false, "(1,)", BitConverter.GetBytes(7L)));
        }

        IReadOnlyList<TensorValue> tensors = NumpyFile.Read(path);
        Assert.Equal(["x", "ids"], tensors.Select(t => t.Name));
        Assert.Equal([7], tensors[1].ToDoubles());
    }

    [Fact]
    public void Read_DamagedArchive_NamesFile()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("bad.npz", [.. "PK"u8, 3, 4, 9, 9, 9]);
        Assert.StartsWith(path, Assert.Throws<InvalidDataException>(() => NumpyFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnyDamagedByte_ThrowsOnlyWhatIsDocumented()
    {
        byte[] whole = Npy("<f4", false, "(2, 3)", new byte[24]);
        var random = new Random(5);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Exception? e = Record.Exception(() => NumpyFile.Parse("", damaged.AsMemory(0, random.Next(damaged.Length + 1)), "d.npy"));
            Assert.True(e is null or InvalidDataException or NotSupportedException, e?.ToString());
        }
    }

    internal static byte[] Npy(string descriptor, bool fortran, string? shape, ReadOnlySpan<byte> data, byte version = 1)
    {
        string text = $"{{'descr': '{descriptor}', 'fortran_order': {(fortran ? "True" : "False")}, {(shape is null ? "" : $"'shape': {shape}, ")}}}";
        byte[] header = Encoding.ASCII.GetBytes(text.PadRight(117) + "\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes(header.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. data];
    }

    private static void AssertInvalid(string cause, byte[] content)
    {
        string message = Assert.Throws<InvalidDataException>(() => NumpyFile.Parse("", content, "file.npy")).Message;
        Assert.StartsWith("file.npy: ", message, StringComparison.Ordinal);
        Assert.Contains(cause, message, StringComparison.Ordinal);
    }

    private static void Add(ZipArchive archive, string name, byte[] content)
    {
        using Stream stream = archive.CreateEntry(name).Open();
        stream.Write(content);
    }
}
