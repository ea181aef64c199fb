using DeepCompression.Sparse;
using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Tests.Sparse;

public sealed class CsrBuilderTests
{
    [Fact]
    public void FromRows_RandomWeights_HoldsEveryNonZeroCode() =>
        Prop.ForAll<int>(seed =>
        {
            CodedTensor tensor = RandomTensors.Coded(seed);
            (int rows, int columns) = View(tensor);
            CsrMatrix direct = CsrBuilder.FromRows(tensor, rows, columns);
            CsrMatrix fromParts = CsrBuilder.FromRows(SparseParts.Encode(tensor), tensor.Codebook, rows, columns);
            return Dense(direct).SequenceEqual(tensor.Codes.ToArray()) && Same(direct, fromParts);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void FromColumns_RandomWeights_IsTransposeOfRows() =>
        Prop.ForAll<int>(seed =>
        {
            CodedTensor tensor = RandomTensors.Coded(seed);
            (int rows, int columns) = View(tensor);
            if (tensor.Codebook.Groups > 1)
                return Assert.Throws<NotSupportedException>(() => CsrBuilder.FromColumns(tensor, rows, columns)) is not null;
            byte[] transposed = Dense(CsrBuilder.FromColumns(tensor, rows, columns));
            bool equal = true;
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                    equal &= transposed[(column * rows) + row] == tensor.Codes.Span[(row * columns) + column];
            }

            return equal && Same(CsrBuilder.FromRows(tensor, rows, columns), CsrBuilder.FromColumns(tensor, rows, columns).Transpose());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rent_RandomSharedWeights_HoldsEveryNonZeroCode() =>
        Prop.ForAll<int, bool>((seed, withZero) =>
        {
            CodedTensor tensor = RandomTensors.Coded(seed, withZero);
            (int rows, int columns) = View(tensor);
            CsrMatrix direct = CsrBuilder.FromRows(tensor, rows, columns), rented = CsrBuilder.Rent(SharedParts.Encode(tensor), tensor.Codebook, rows, columns);
            CsrMatrix exact = new(rows, columns, rented.RowPointers, rented.ColumnIndices[..rented.NonZeros], rented.Codes[..rented.NonZeros], rented.Codebook, rented.Groups);
            rented.Return();
            return Same(direct, exact);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rent_DamagedSharedParts_ThrowsInvalidData()
    {
        Codebook codebook = new(ElementType.Float32, 1, new byte[] { 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 0, 65 }); // three centroids
        Assert.Throws<InvalidDataException>(() => CsrBuilder.Rent(new SharedParts(new byte[] { 0b11_00_01_10 }, 2), codebook, 2, 2));
        Assert.Throws<InvalidDataException>(() => CsrBuilder.Rent(new SharedParts(new byte[] { 0b10_00_01_10 }, 2), codebook, 2, 3));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 6)]
    [InlineData(2, 6)]
    [InlineData(3, 3)]
    public void Scale_FactorsOfRows_MultipliesTheCodebook(int groups, int factors)
    {
        float[] codebook = [.. Enumerable.Range(0, groups * 4).Select(i => i % 4 == 1 ? 0f : i + 1f)], scale = [.. Enumerable.Range(0, factors).Select(i => i + 2f)];
        CsrMatrix matrix = new(6, 2, [0, 1, 2, 3, 4, 5, 6], [0, 1, 0, 1, 0, 1], [0, 1, 2, 3, 0, 2], codebook, groups), scaled = matrix.Scale(scale);

        Assert.Equal((factors, 4), (scaled.Groups, scaled.GroupSize));
        for (int row = 0; row < 6; row++)
        {
            int group = row / (6 / factors);
            float[] centroids = new float[4];
            scaled.CopyCentroids(group, centroids);
            Assert.Equal(codebook.AsSpan(row / (6 / groups) * 4, 4).ToArray().Select(value => value * scale[group]), centroids);
            Assert.Equal(centroids, scaled.Codebook.AsSpan(group * 4, 4).ToArray());
            Assert.Equal(1, scaled.IndexOfZero(group));
        }
    }

    [Fact]
    public void FromRows_EntryBeyondTheView_ThrowsInvalidData()
    {
        Codebook codebook = new(ElementType.Float32, 1, new byte[8]);
        SparseParts parts = new(new byte[] { 5, 0 }, new byte[] { 3 }, 2, 8, 1);
        Assert.Equal(2, CsrBuilder.FromRows(parts, codebook, 1, 7).NonZeros);
        Assert.Throws<InvalidDataException>(() => CsrBuilder.FromRows(parts, codebook, 2, 3));
    }

    [Fact]
    public void FromRows_Float16Centroids_AreWidenedExactly()
    {
        byte[] values = [0, 0, 0x00, 0x3C, 0x00, 0xB8];
        CsrMatrix matrix = CsrBuilder.FromRows(new CodedTensor(new TensorShape(1, 2), new Codebook(ElementType.Float16, 1, values), new byte[] { 2, 1 }), 1, 2);
        Assert.Equal([0f, 1f, -0.5f], matrix.Codebook);
    }

    private static (int Rows, int Columns) View(CodedTensor tensor)
    {
        int rows = tensor.Shape.Rank == 0 ? 1 : (int)tensor.Shape.Dimensions[0];
        return (rows, rows == 0 ? 0 : tensor.Shape.Length / rows);
    }

    private static byte[] Dense(CsrMatrix matrix)
    {
        byte[] dense = new byte[matrix.Rows * matrix.Columns];
        for (int row = 0; row < matrix.Rows; row++)
        {
            for (int entry = matrix.RowPointers[row]; entry < matrix.RowPointers[row + 1]; entry++)
                dense[(row * matrix.Columns) + matrix.ColumnIndices[entry]] = matrix.Codes[entry];
        }

        return dense;
    }

    private static bool Same(CsrMatrix left, CsrMatrix right) =>
        left.RowPointers.SequenceEqual(right.RowPointers) && left.ColumnIndices.SequenceEqual(right.ColumnIndices) && left.Codes.SequenceEqual(right.Codes);
}
