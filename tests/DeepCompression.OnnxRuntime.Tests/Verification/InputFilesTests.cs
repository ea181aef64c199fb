using System.Runtime.InteropServices;
using DeepCompression.OnnxRuntime.Verification;
using Google.Protobuf;

namespace DeepCompression.OnnxRuntime.Tests.Verification;

public sealed class InputFilesTests
{
    [Fact]
    public void Read_TestDataSet_TakesInputsInNumericOrder()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 11; i++)
            folder.Write($"input_{i}.pb", TestModels.Tensor("", [i], 1).ToByteArray());

        InputSample sample = Assert.Single(InputFiles.Read(folder.Root));
        Assert.Equal(Enumerable.Range(0, 11).Select(i => (double)i), sample.Tensors.Select(t => t.ToDoubles()[0]));
    }

    [Fact]
    public void Read_FolderOfDataSets_GivesASampleEach()
    {
        using var folder = new TemporaryFolder();
        folder.Write("test_data_set_1/input_0.pb", TestModels.Tensor("x", [1], 1).ToByteArray());
        folder.Write("test_data_set_0/input_0.pb", TestModels.Tensor("x", [0], 1).ToByteArray());
        Assert.Equal([0, 1], InputFiles.Read(folder.Root).Select(s => s.Tensors[0].ToDoubles()[0]));
    }

    [Fact]
    public void Read_FolderOfArrays_GivesASampleEach()
    {
        using var folder = new TemporaryFolder();
        folder.Write("b.npy", NumpyFileTests.Npy("<f4", false, "(1,)", MemoryMarshal.AsBytes<float>([2])));
        folder.Write("a.npy", NumpyFileTests.Npy("<f4", false, "(1,)", MemoryMarshal.AsBytes<float>([1])));
        folder.Write("readme.txt", []);
        Assert.Equal([1, 2], InputFiles.Read(folder.Root).Select(s => s.Tensors[0].ToDoubles()[0]));
    }

    [Fact]
    public void Read_EmptyFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no .npy", Assert.Throws<InvalidDataException>(() => InputFiles.Read(folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFile_IsNamed() =>
        Assert.Contains("/nowhere/x.npy", Assert.Throws<FileNotFoundException>(() => InputFiles.Read("/nowhere/x.npy")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_OtherKindOfFile_IsNotSupported()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("x.jpg", [1]);
        Assert.Throws<NotSupportedException>(() => InputFiles.Read(path));
    }
}
