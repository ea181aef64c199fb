using System.Globalization;

namespace DeepCompression.Tests.Coding;

/// <summary>
/// Files in Golden/: encode/NAME.txt is a weight and NAME.blob its blob, byte for byte; decode/NAME.blob must give NAME.dense;
/// decode-errors/NAME.blob must be refused with the words of NAME.txt. They are never made anew to let a test pass.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Coding", "Golden");

    public static TheoryData<string> Encode => Names("encode");

    public static TheoryData<string> Decode => Names("decode");

    public static TheoryData<string> DecodeErrors => Names("decode-errors");

    [Theory]
    [MemberData(nameof(Encode))]
    public void Compress_GoldenWeight_GivesTheGoldenBlob(string name)
    {
        (CompressedTensor tensor, PackingOptions options) = ReadWeight(Path.Combine(Folder, "encode", name + ".txt"));
        byte[] blob = TensorCompressor.Compress(tensor, options).Blob;
        Assert.Equal(Convert.ToHexString(File.ReadAllBytes(Path.Combine(Folder, "encode", name + ".blob"))), Convert.ToHexString(blob));
        Assert.Equal(Convert.ToHexString(Sparse.RandomTensors.Dense(tensor)), Convert.ToHexString(Sparse.RandomTensors.Dense(TensorCompressor.Decompress(blob))));
    }

    [Theory]
    [MemberData(nameof(Decode))]
    public void Decompress_GoldenBlob_GivesTheGoldenValues(string name)
    {
        byte[] blob = File.ReadAllBytes(Path.Combine(Folder, "decode", name + ".blob"));
        byte[] dense = File.ReadAllBytes(Path.Combine(Folder, "decode", name + ".dense"));
        Assert.Equal(dense, Sparse.RandomTensors.Dense(TensorCompressor.Decompress(blob)));
        byte[] direct = new byte[dense.Length];
        TensorCompressor.DecompressTo(blob, direct);
        Assert.Equal(dense, direct);
        Assert.Equal(dense, SpecificationDecoder.Decode(blob));
    }

    [Theory]
    [MemberData(nameof(DecodeErrors))]
    public void Decompress_GoldenBadBlob_ThrowsTheGoldenMessage(string name)
    {
        byte[] blob = File.ReadAllBytes(Path.Combine(Folder, "decode-errors", name + ".blob"));
        string message = File.ReadAllText(Path.Combine(Folder, "decode-errors", name + ".txt")).Trim();
        var thrown = Assert.Throws<InvalidDataException>(() => TensorCompressor.Decompress(blob));
        Assert.Equal(message, thrown.Message);
        Assert.Throws<InvalidDataException>(() => TensorCompressor.DecompressTo(blob, new byte[1 << 21]));
    }

    [Fact]
    public void Folders_Always_HoldCases()
    {
        Assert.True(Encode.Count >= 8);
        Assert.True(Decode.Count >= 2);
        Assert.True(DecodeErrors.Count >= 12);
    }

    /// <summary>Lines of a key and a value: type, shape, coder, form, gapBits, groups, and codebook and codes, or values, as hexadecimal bytes.</summary>
    private static (CompressedTensor Tensor, PackingOptions Options) ReadWeight(string path)
    {
        Dictionary<string, string> lines = File.ReadAllLines(path).Where(line => line.Length > 0).Select(line => line.Split(' ', 2)).ToDictionary(line => line[0], line => line[1]);
        ElementType type = Enum.Parse<ElementType>(lines["type"]);
        TensorShape shape = lines["shape"] == "scalar" ? default : new TensorShape(lines["shape"].Split('x').Select(long.Parse).ToArray());
        PackingOptions options = new()
        {
            Coder = Enum.Parse<EntropyCoder>(lines["coder"]),
            Form = lines.TryGetValue("form", out string? form) ? Enum.Parse<PackingForm>(form) : null,
            GapBits = lines.TryGetValue("gapBits", out string? bits) ? int.Parse(bits, CultureInfo.InvariantCulture) : null,
        };
        if (lines.TryGetValue("values", out string? values))
            return (new PrunedTensor(type, shape, Hex(values)), options);
        Codebook codebook = new(type, int.Parse(lines["groups"], CultureInfo.InvariantCulture), Hex(lines["codebook"]));
        return (new CodedTensor(shape, codebook, Hex(lines["codes"])), options);
    }

    private static byte[] Hex(string bytes) => Convert.FromHexString(bytes.Replace(" ", ""));

    private static TheoryData<string> Names(string folder)
    {
        TheoryData<string> names = [];
        foreach (string path in Directory.GetFiles(Path.Combine(Folder, folder), "*.blob").Order(StringComparer.Ordinal))
            names.Add(Path.GetFileNameWithoutExtension(path));
        return names;
    }
}
