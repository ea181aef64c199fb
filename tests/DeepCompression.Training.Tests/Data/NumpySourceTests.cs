using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Tests.Data;

public sealed class NumpySourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_TwoArrays_GivesFloatsAndLabels()
    {
        File.WriteAllBytes(_folder["x.npy"], Array<double>("<f8", "(2, 3)", [1, 2, 3, 4, 5, 6]));
        File.WriteAllBytes(_folder["y.npy"], Array<int>("<i4", "(2,)", [9, -1]));
        IBatchSource source = DataFile.Read(_folder["x.npy"], _folder["y.npy"], sampleShape: new TensorShape(3, 1));
        Batch batch = new(source.Fields, 2);
        source.Read([1, 0], batch);

        Assert.Equal([4f, 5, 6, 1, 2, 3], batch.GetFloats(0));
        Assert.Equal([-1L, 9], batch.GetIntegers(1));
        Assert.Equal(new TensorShape(2, 3, 1), batch.GetShape(0));
    }

    [Fact]
    public void Read_Archive_GivesAFieldAnArray()
    {
        using (ZipArchive archive = ZipFile.Open(_folder["d.npz"], ZipArchiveMode.Create))
        {
            using (Stream image = archive.CreateEntry("image.npy").Open())
                image.Write(Array<byte>("|u1", "(2, 2)", [0, 255, 51, 102]));
            using Stream label = archive.CreateEntry("label.npy").Open();
            label.Write(Array<long>("<i8", "(2,)", [4, 5]));
        }

        IBatchSource source = DataFile.Read(_folder["d.npz"]);
        Batch batch = new(source.Fields, 2);
        source.Read([0, 1], batch);
        Assert.Equal([0, 1, 0.2f, 0.4f], batch.GetFloats(batch.IndexOf("image")), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([4L, 5], batch.GetIntegers(batch.IndexOf("label")));
    }

    [Fact]
    public void Read_OtherNumberOfLabels_ThrowsInvalidData()
    {
        File.WriteAllBytes(_folder["x.npy"], Array<float>("<f4", "(2, 1)", [1, 2]));
        File.WriteAllBytes(_folder["y.npy"], Array<int>("<i4", "(3,)", [1, 2, 3]));
        Assert.Throws<InvalidDataException>(() => DataFile.Read(_folder["x.npy"], _folder["y.npy"]));
        Assert.Throws<InvalidDataException>(() => DataFile.Read(_folder["x.npy"], _folder["x.npy"], sampleShape: new TensorShape(2)));
    }

    [Fact]
    public void Read_UnknownFormatOrNoLabels_Throws()
    {
        Assert.Contains("format is not known", Assert.Throws<ArgumentException>(() => DataFile.Read("cat.png")).Message);
        Assert.Contains("labels is missing", Assert.Throws<ArgumentException>(() => DataFile.Read("x.npy")).Message);
    }

    private static byte[] Array<T>(string type, string shape, T[] values)
        where T : unmanaged
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. Encoding.ASCII.GetBytes("NUMPY"), 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. MemoryMarshal.AsBytes<T>(values)];
    }
}
