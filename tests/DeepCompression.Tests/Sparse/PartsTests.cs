using DeepCompression.Sparse;
using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Tests.Sparse;

public sealed class PartsTests
{
    private static readonly int?[] GapBits = [null, 1, 2, 4, 8];

    [Fact]
    public void Decode_OfEncodedRandomWeights_GivesTheSameCodes() =>
        Prop.ForAll<int, byte>((seed, width) =>
        {
            CodedTensor tensor = RandomTensors.Coded(seed);
            SparseParts parts = SparseParts.Encode(tensor, GapBits[width % 5]);
            CodedTensor decoded = SparseParts.Decode(parts, tensor.Codebook, tensor.Shape);
            return decoded.Codes.Span.SequenceEqual(tensor.Codes.Span) && decoded.Shape == tensor.Shape;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void DecodeDense_OfEncodedRandomWeights_GivesTheDenseElements() =>
        Prop.ForAll<int, byte>((seed, width) =>
        {
            CodedTensor tensor = RandomTensors.Coded(seed);
            byte[] expected = new byte[tensor.DenseBytes];
            tensor.CopyDenseTo(expected);
            byte[] actual = new byte[tensor.DenseBytes];
            actual.AsSpan().Fill(0xff);
            SparseParts.DecodeDense(SparseParts.Encode(tensor, GapBits[width % 5]), tensor.Codebook, tensor.Shape, actual);
            return actual.AsSpan().SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void DecodeDense_EntryBeyondShape_ThrowsInvalidData()
    {
        Codebook codebook = RandomTensors.NewCodebook(new Random(1), ElementType.Float32, 1, 4, withZero: true);
        SparseParts parts = new(new byte[] { 0b11_11_11_11 }, new byte[] { 0b01_01_01_01 }, 4, 2, 2);
        Assert.Throws<InvalidDataException>(() => SparseParts.DecodeDense(parts, codebook, new TensorShape(15), new byte[60]));
        Assert.Throws<ArgumentException>(() => SparseParts.DecodeDense(parts, codebook, new TensorShape(16), new byte[60]));
    }

    [Fact]
    public void Decode_OfEncodedSharedWeights_GivesTheSameCodes() =>
        Prop.ForAll<int>(seed =>
        {
            CodedTensor tensor = RandomTensors.Coded(seed, withZero: false);
            CodedTensor decoded = SharedParts.Decode(SharedParts.Encode(tensor), tensor.Codebook, tensor.Shape);
            return decoded.Codes.Span.SequenceEqual(tensor.Codes.Span);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void DecodeDense_OfEncodedSharedWeights_GivesTheDenseElements() =>
        Prop.ForAll<int>(seed =>
        {
            CodedTensor tensor = RandomTensors.Coded(seed, withZero: false);
            byte[] expected = new byte[tensor.DenseBytes];
            tensor.CopyDenseTo(expected);
            byte[] actual = new byte[tensor.DenseBytes];
            SharedParts.DecodeDense(SharedParts.Encode(tensor), tensor.Codebook, tensor.Shape, actual);
            return actual.AsSpan().SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(16, 1)]
    [InlineData(16, 31)]
    [InlineData(15, 1024)]
    [InlineData(9, 5000)]
    public void DecodeDense_FewCentroidsAndManyElements_GivesTheDenseElements(int size, int length)
    {
        Random random = new(length);
        Codebook codebook = RandomTensors.NewCodebook(random, ElementType.Float32, 1, size, withZero: false);
        byte[] codes = [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next(size))];
        CodedTensor tensor = new(new TensorShape(length), codebook, codes);
        byte[] expected = new byte[tensor.DenseBytes], actual = new byte[tensor.DenseBytes];
        tensor.CopyDenseTo(expected);
        SharedParts parts = SharedParts.Encode(tensor);
        SharedParts.DecodeDense(parts, codebook, tensor.Shape, actual);
        Assert.Equal(expected, actual);

        byte[] damaged = parts.Codes.ToArray();
        damaged[damaged.Length / 2] |= 0xf;
        SharedParts wrong = new(damaged, parts.CodeBits);
        if (size < 16)
            Assert.Throws<InvalidDataException>(() => SharedParts.DecodeDense(wrong, codebook, tensor.Shape, actual));
    }

    [Fact]
    public void DecodeDense_DamagedSharedParts_ThrowsInvalidData()
    {
        Codebook codebook = RandomTensors.NewCodebook(new Random(1), ElementType.Float32, 1, 3, withZero: false);
        SharedParts parts = new(new byte[] { 0b10_01_00_11 }, 2); // the first code is 3, of centroids 0 to 2
        Assert.Throws<InvalidDataException>(() => SharedParts.DecodeDense(parts, codebook, new TensorShape(4), new byte[16]));
        Assert.Throws<InvalidDataException>(() => SharedParts.DecodeDense(parts, codebook, new TensorShape(5), new byte[20]));
        Assert.Throws<ArgumentException>(() => SharedParts.DecodeDense(new SharedParts(new byte[] { 0b10_01_00_01 }, 2), codebook, new TensorShape(4), new byte[15]));
    }

    [Fact]
    public void Decode_OfEncodedPrunedWeights_GivesTheSameBits() =>
        Prop.ForAll<int, byte>((seed, width) =>
        {
            PrunedTensor tensor = RandomTensors.Pruned(seed);
            PrunedTensor decoded = PrunedParts.Decode(PrunedParts.Encode(tensor, GapBits[width % 5]), tensor.Shape);
            return decoded.Values.Span.SequenceEqual(tensor.Values.Span);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Encode_PaperExample_HasFillerAfterLongRun()
    {
        // Figure 2 of Han et al. 2016 with 2-bit gaps: non-zeros at 1, 4 and 12.
        byte[] codes = new byte[13];
        (codes[1], codes[4], codes[12]) = (1, 2, 3);
        Codebook codebook = RandomTensors.NewCodebook(new Random(1), ElementType.Float32, 1, 4, withZero: true);
        SparseParts parts = SparseParts.Encode(new CodedTensor(new TensorShape(13), codebook, codes), 2);

        Assert.Equal(4, parts.Entries);
        Assert.Equal([0b11_11_10_01], parts.Gaps.ToArray());
        Assert.Equal([0b11_00_10_01], parts.Codes.ToArray());
    }

    [Fact]
    public void Encode_AutomaticGapBits_IsSmallestOfAll() =>
        Prop.ForAll<int>(seed =>
        {
            CodedTensor tensor = RandomTensors.Coded(seed);
            long best = GapBits[1..].Min(bits => Bits(SparseParts.Encode(tensor, bits)));
            return Bits(SparseParts.Encode(tensor)) == best;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new byte[] { 0xFF }, new byte[] { 1 }, 1, 8, 1, "element 255")]
    [InlineData(new byte[] { 1, 2 }, new byte[] { 1 }, 1, 8, 1, "found 2")]
    [InlineData(new byte[] { 1 }, new byte[] { 1, 1 }, 1, 8, 1, "found 2")]
    [InlineData(new byte[] { 1 }, new byte[] { 3 }, 1, 8, 2, "code 3")]
    [InlineData(new byte[] { 1 }, new byte[] { 1 }, 1, 3, 1, "1, 2, 4 or 8 bits")]
    [InlineData(new byte[] { 1 }, new byte[] { 1 }, -1, 8, 1, "not negative")]
    [InlineData(new byte[] { 0x11 }, new byte[] { 1 }, 1, 4, 1, "beyond the last")]
    public void Decode_BadParts_ThrowsInvalidData(byte[] gaps, byte[] codes, int entries, int gapBits, int codeBits, string message)
    {
        Codebook codebook = new(ElementType.Float32, 1, new byte[8]);
        SparseParts parts = new(gaps, codes, entries, gapBits, codeBits);
        var thrown = Assert.Throws<InvalidDataException>(() => SparseParts.Decode(parts, codebook, new TensorShape(100)));
        Assert.Contains(message, thrown.Message);
    }

    private static long Bits(SparseParts parts) => (long)parts.Entries * (parts.GapBits + parts.CodeBits);
}
