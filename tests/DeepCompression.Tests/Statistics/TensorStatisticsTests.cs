using System.Runtime.InteropServices;

namespace DeepCompression.Tests.Statistics;

public sealed class TensorStatisticsTests
{
    [Fact]
    public void Compress_KnownWeight_CountsEveryStage()
    {
        // 4 rows of 100 elements, 8 non-zeros, 3 non-zero centroids: codes of 2 bits.
        byte[] codes = new byte[400];
        foreach ((int position, byte code) in new (int, byte)[] { (0, 1), (1, 1), (5, 2), (60, 3), (61, 1), (200, 1), (201, 2), (399, 1) })
            codes[position] = code;
        float[] centroids = [0, -1, 2, 3];
        CodedTensor tensor = new(new TensorShape(4, 100), new Codebook(ElementType.Float32, 1, MemoryMarshal.AsBytes(centroids.AsSpan()).ToArray()), codes);
        PackedTensor packed = TensorCompressor.Compress(tensor, new PackingOptions { Coder = EntropyCoder.Huffman, Form = PackingForm.Gaps, GapBits = 4 });
        TensorStatistics statistics = packed.Statistics;

        Assert.Equal((400, 8, 4, 2), (statistics.Elements, statistics.NonZeros, statistics.CodebookSize, statistics.CodeBits));
        Assert.Equal(0.02, statistics.Density);
        Assert.Equal(1600, statistics.DenseBytes);
        Assert.Equal((8 * 4) + ((8 + 4 + 1) * 4), statistics.PrunedBytes);
        Assert.Equal((8 * 2 / 8) + ((8 + 4 + 1) * 4) + 16, statistics.SharedBytes);

        // With 6 bits a gap of 138 takes 2 fillers and one of 197 takes 3: 13 entries of 8 bits. With 7: 10 of 9; with 8: 8 of 10.
        Assert.Equal((8, 10 + 16L), (statistics.RawGapBits, statistics.GapsAndCodesBytes));
        Assert.Equal([392, 5, 2, 1], statistics.CodeCounts);
        Assert.Equal((4, 1, 1), (statistics.GapCounts[0], statistics.GapCounts[3], statistics.GapCounts[54]));
        Assert.Equal((5 * Math.Log2(8 / 5.0)) + (2 * Math.Log2(8 / 2.0)) + Math.Log2(8), statistics.CodeEntropy, 9);
        Assert.Equal(packed.Blob.Length, statistics.BlobBytes);
        Assert.Equal(packed.Blob.Length, statistics.CodedIndexBytes + statistics.CodedValueBytes + statistics.SideBytes);
        Assert.InRange(statistics.SideBytes, 1, packed.Blob.Length);
    }

    [FileFact("squeezenet-dc/compressed_SqueezeNet.net")]
    public void Compress_FirstLayersOfReleasedSqueezeNet_CodesStayNearTheirEntropy()
    {
        // The file starts with an entry count a layer; then conv1: a codebook, 96 biases, 13902 codes of 8 bits, gaps of 4 bits.
        byte[] file = File.ReadAllBytes(FileFactAttribute.Locate("squeezenet-dc/compressed_SqueezeNet.net"));
        const int Layers = 26, Entries = 13_902;
        ReadOnlySpan<byte> conv1 = file.AsSpan(Layers * 4);
        byte[] codes = new byte[96 * 3 * 7 * 7];
        ReadOnlySpan<byte> entryCodes = conv1.Slice(1024 + (96 * 4), Entries), gaps = conv1.Slice(1024 + (96 * 4) + Entries);
        for (int entry = 0, position = -1; entry < Entries; entry++)
        {
            position += ((gaps[entry / 2] >> (entry % 2 * 4)) & 15) + 1;
            codes[position] = entryCodes[entry];
        }

        CodedTensor tensor = new(new TensorShape(96, 3, 7, 7), new Codebook(ElementType.Float32, 1, conv1[..1024].ToArray()), codes);
        TensorStatistics huffman = TensorCompressor.Compress(tensor, new PackingOptions { Coder = EntropyCoder.Huffman }).Statistics;
        TensorStatistics range = TensorCompressor.Compress(tensor, new PackingOptions { Coder = EntropyCoder.Range }).Statistics;

        Assert.Equal(Entries, huffman.NonZeros);
        double entropyBytes = (huffman.CodeEntropy + huffman.MaskEntropy) / 8;
        Assert.InRange(huffman.CodedIndexBytes + huffman.CodedValueBytes, entropyBytes, 1.02 * entropyBytes);
        Assert.InRange(range.BlobBytes, 1, 0.97 * huffman.BlobBytes);
    }
}
