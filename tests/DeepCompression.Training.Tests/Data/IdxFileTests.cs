using System.IO.Compression;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Tests.Data;

public sealed class IdxFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static byte[] Images => [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6];

    private static byte[] Labels => [0, 0, 8, 1, 0, 0, 0, 2, 7, 3];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadLabelled_PlainOrGzip_GivesScaledImagesAndLabels(bool gzip)
    {
        ArrayBatchSource source = IdxFile.ReadLabelled(Write("i", Images, gzip), Write("l", Labels, gzip), sampleShape: new TensorShape(6));
        Batch batch = new(source.Fields, 2);

        source.Read([1, 0], batch);

        Assert.Equal([1 / 255f, 2 / 255f, 3 / 255f, 4 / 255f, 5 / 255f, 6 / 255f, 0, 0.2f, 0.4f, 0.6f, 0.8f, 1], batch.GetFloats(0), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([3L, 7L], batch.GetIntegers(1));
    }

    [Fact]
    public void Read_CutOffAnywhere_ThrowsInvalidDataThatNamesTheFile()
    {
        for (int length = 0; length < Images.Length; length++)
        {
            string path = Write("cut", Images[..length], gzip: false);
            Assert.Contains(path, Assert.Throws<InvalidDataException>(() => IdxFile.Read(path)).Message);
        }
    }

    [Fact]
    public void Read_HugeClaimedShape_ThrowsWithoutAllocating()
    {
        string path = Write("huge", [0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], gzip: false);
        Assert.Contains("the header says", Assert.Throws<InvalidDataException>(() => IdxFile.Read(path)).Message);
    }

    [Fact]
    public void Read_OtherElementType_ThrowsInvalidData() =>
        Assert.Contains("0x0D", Assert.Throws<InvalidDataException>(() => IdxFile.Read(Write("f", [0, 0, 13, 1, 0, 0, 0, 0], gzip: false))).Message);

    [Fact]
    public void ReadLabelled_OtherNumberOfLabels_ThrowsInvalidData() =>
        Assert.Throws<InvalidDataException>(() => IdxFile.ReadLabelled(Write("i", Images, gzip: false), Write("l", [0, 0, 8, 1, 0, 0, 0, 1, 7], gzip: false)));

    private string Write(string name, byte[] content, bool gzip)
    {
        string path = _folder[name];
        using FileStream file = File.Create(path);
        using Stream stream = gzip ? new GZipStream(file, CompressionLevel.Fastest) : file;
        stream.Write(content);
        return path;
    }
}
