using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Sparse;

/// <summary>Builds the compressed rows of a weight that is seen as a row-major matrix, or of its transpose.</summary>
public static class CsrBuilder
{
    private const int Eight = 8;

    /// <summary>Builds the rows of a weight of shape (rows, columns).</summary>
    /// <param name="tensor">The weight. Where its codebook has no zero, every element is an entry.</param>
    /// <param name="rows">Rows of the row-major view.</param>
    /// <param name="columns">Columns of the row-major view.</param>
    /// <returns>A matrix of <paramref name="rows"/> rows; the centroids are converted to float32.</returns>
    /// <exception cref="ArgumentException">The view has not as many elements as the weight, or the groups do not divide its rows.</exception>
    public static CsrMatrix FromRows(CodedTensor tensor, int rows, int columns)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ThrowIfNotView(tensor.Shape, rows, columns);
        ReadOnlySpan<byte> dense = tensor.Codes.Span;
        bool sparse = tensor.Codebook.HasZero;
        int count = sparse ? dense.Length - dense.Count((byte)0) : dense.Length;
        int[] rowPointers = new int[rows + 1];
        int[] columnIndices = GC.AllocateUninitializedArray<int>(count);
        byte[] codes = GC.AllocateUninitializedArray<byte>(count);

        int entry = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<byte> line = dense.Slice(row * columns, columns);
            for (int column = 0; column < line.Length; column++)
            {
                if (sparse && line[column] == 0)
                    continue;
                columnIndices[entry] = column;
                codes[entry++] = line[column];
            }

            rowPointers[row + 1] = entry;
        }

        return new CsrMatrix(rows, columns, rowPointers, columnIndices, codes, ToSingle(tensor.Codebook), tensor.Codebook.Groups);
    }

    /// <summary>Builds the rows of a weight of shape (rows, columns) from its portable parts, without a dense array of codes.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="codebook">The codebook beside them.</param>
    /// <param name="rows">Rows of the row-major view.</param>
    /// <param name="columns">Columns of the row-major view.</param>
    /// <returns>A matrix of <paramref name="rows"/> rows without the fillers.</returns>
    /// <exception cref="InvalidDataException">The parts and codebook do not fit each other or the view.</exception>
    public static CsrMatrix FromRows(SparseParts parts, Codebook codebook, int rows, int columns)
    {
        CsrMatrix rented = Rent(parts, codebook, rows, columns);
        CsrMatrix matrix = new(rows, columns, rented.RowPointers, rented.ColumnIndices[..rented.NonZeros], rented.Codes[..rented.NonZeros], rented.Codebook, rented.Groups, rented.NonZeros, isRented: false);
        rented.Return();
        return matrix;
    }

    /// <summary>The same in arrays that are borrowed: whoever is done with the matrix may return them.</summary>
    /// <exception cref="InvalidDataException">The parts and codebook do not fit each other or the view.</exception>
    internal static CsrMatrix Rent(SparseParts parts, Codebook codebook, int rows, int columns)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(codebook);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        parts.Validate(codebook);
        if (rows % codebook.Groups != 0)
            throw new InvalidDataException($"{codebook.Groups} groups do not divide {rows} rows.");

        int[] rowPointers = new int[rows + 1];
        int[] columnIndices = EntryArrays.Rent<int>(parts.Entries); // fillers included
        byte[] codes = EntryArrays.Rent<byte>(parts.Entries);
        int count = Scan(parts, codebook.Size, rowPointers, columns, columnIndices, codes);
        return new CsrMatrix(rows, columns, rowPointers, columnIndices, codes, ToSingle(codebook), codebook.Groups, count, isRented: true);
    }

    /// <summary>Builds the rows of a weight that is not pruned, in arrays that are borrowed: whoever is done with the matrix may return them.</summary>
    /// <exception cref="InvalidDataException">The parts and codebook do not fit each other or the view.</exception>
    internal static CsrMatrix Rent(SharedParts parts, Codebook codebook, int rows, int columns)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(codebook);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        int length = checked(rows * columns);
        Digits.Validate(parts.Codes.Span, length, parts.CodeBits, "codes");
        if (rows % codebook.Groups != 0)
            throw new InvalidDataException($"{codebook.Groups} groups do not divide {rows} rows.");
        int[] columnIndices = EntryArrays.Rent<int>(length), rowPointers = new int[rows + 1];
        byte[] codes = EntryArrays.Rent<byte>(length);
        Digits.Unpack(parts.Codes.Span, parts.CodeBits, codes.AsSpan(0, length));
        if (codebook.Size < Codebook.MaxSize && length > 0 && (codebook.Size == 0 || codes.AsSpan(0, length).ContainsAnyExceptInRange((byte)0, (byte)(codebook.Size - 1))))
            throw new InvalidDataException($"A code is not below the codebook's size {codebook.Size}.");

        int count = 0;
        for (int row = 0; row < rows; row++)
        {
            if (codebook.HasZero)
            {
                ReadOnlySpan<byte> line = codes.AsSpan(row * columns, columns);
                for (int column = 0; column < line.Length; column++)
                {
                    byte code = line[column]; // is read before a code is written at or before its place
                    columnIndices[count] = column;
                    codes[count] = code;
                    count += code == 0 ? 0 : 1;
                }
            }
            else
            {
                for (int column = 0; row == 0 && column < columns; column++)
                    columnIndices[column] = column;
                columnIndices.AsSpan(0, row == 0 ? 0 : columns).CopyTo(columnIndices.AsSpan(count));
                count += columns;
            }

            rowPointers[row + 1] = count;
        }

        return new CsrMatrix(rows, columns, rowPointers, columnIndices, codes, ToSingle(codebook), codebook.Groups, count, isRented: true);
    }

    /// <summary>Finds the row and column of every entry that is no filler; returns how many there are.</summary>
    private static int Scan(SparseParts parts, int size, int[] rowPointers, int columns, int[] columnIndices, byte[] codes)
    {
        int rows = rowPointers.Length - 1, row = 0, count = 0;
        long column = -1;
        Span<byte> gapRoom = stackalloc byte[SparseParts.RunLength], codeRoom = stackalloc byte[SparseParts.RunLength];
        for (int first = 0; first < parts.Entries; first += SparseParts.RunLength)
        {
            parts.UnpackRun(first, size, gapRoom, codeRoom, out ReadOnlySpan<byte> gaps, out ReadOnlySpan<byte> run);
            for (int i = 0; i < run.Length; i++)
            {
                int step = i + Eight <= run.Length ? FindEight(gaps[i..], run[i..], (int)column, columns, columnIndices.AsSpan(count), codes.AsSpan(count)) : 0;
                if (step > 0)
                {
                    column += step;
                    count += Eight;
                    i += Eight - 1;
                    continue;
                }

                column += gaps[i] + 1;
                while (column >= columns)
                {
                    if (columns == 0 || row >= rows - 1)
                        throw new InvalidDataException($"Entry {first + i} stands for an element beyond the {(long)rows * columns} of a {rows} x {columns} weight.");
                    column -= columns;
                    rowPointers[++row] = count;
                }

                columnIndices[count] = (int)column;
                codes[count] = run[i];
                count += run[i] == 0 ? 0 : 1;
            }
        }

        for (row = Math.Min(row + 1, rows); row <= rows; row++)
            rowPointers[row] = count;
        return count;
    }

    /// <summary>Finds eight entries at once where all are in this row, none is a filler and no gap is long; returns how far they reach, or 0 where they are not so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FindEight(ReadOnlySpan<byte> gaps, ReadOnlySpan<byte> codes, int column, int columns, Span<int> columnIndices, Span<byte> foundCodes)
    {
        const ulong High = 0x8080808080808080;
        ulong code = BinaryPrimitives.ReadUInt64LittleEndian(codes);
        if (!ShortGaps.TrySum(gaps, out ulong reached) || ((code - ShortGaps.Ones) & ~code & High) != 0)
            return 0;
        int last = (int)(reached >> 56);
        if (column > columns - 1 - last)
            return 0;
        (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(Vector128.WidenLower(Vector128.CreateScalarUnsafe(reached).AsByte()));
        Vector128<int> start = Vector128.Create(column);
        (start + lower.AsInt32()).CopyTo(columnIndices);
        (start + upper.AsInt32()).CopyTo(columnIndices[4..]);
        BinaryPrimitives.WriteUInt64LittleEndian(foundCodes, code);
        return last;
    }

    /// <summary>Builds the rows of the transpose of a weight of shape (rows, columns): one row an output of <c>x W</c>.</summary>
    /// <param name="tensor">The weight, with a codebook of one group.</param>
    /// <param name="rows">Rows of the row-major view, columns of the result.</param>
    /// <param name="columns">Columns of the row-major view, rows of the result.</param>
    /// <returns>A matrix of <paramref name="columns"/> rows.</returns>
    /// <exception cref="ArgumentException">The view has not as many elements as the weight.</exception>
    /// <exception cref="NotSupportedException">The codebook has several groups, which the transpose cannot say a row.</exception>
    public static CsrMatrix FromColumns(CodedTensor tensor, int rows, int columns) => FromRows(tensor, rows, columns).Transpose();

    /// <summary>Builds the rows of the transpose of a weight of shape (rows, columns) from its portable parts.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="codebook">The codebook beside them, of one group.</param>
    /// <param name="rows">Rows of the row-major view, columns of the result.</param>
    /// <param name="columns">Columns of the row-major view, rows of the result.</param>
    /// <returns>A matrix of <paramref name="columns"/> rows without the fillers.</returns>
    /// <exception cref="InvalidDataException">The parts and codebook do not fit each other or the view.</exception>
    /// <exception cref="NotSupportedException">The codebook has several groups, which the transpose cannot say a row.</exception>
    public static CsrMatrix FromColumns(SparseParts parts, Codebook codebook, int rows, int columns) =>
        FromRows(parts, codebook, rows, columns).Transpose();

    /// <summary>Converts centroids to float32: exact for all types but float64, which is rounded to nearest.</summary>
    internal static float[] ToSingle(Codebook codebook)
    {
        float[] result = new float[codebook.Groups * codebook.Size];
        ReadOnlySpan<byte> values = codebook.Values.Span;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = codebook.ElementType switch
            {
                ElementType.Float32 => MemoryMarshal.Cast<byte, float>(values)[i],
                ElementType.Float16 => (float)MemoryMarshal.Cast<byte, Half>(values)[i],
                ElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Cast<byte, ushort>(values)[i] << 16),
                _ => (float)MemoryMarshal.Cast<byte, double>(values)[i],
            };
        }

        return result;
    }

    private static void ThrowIfNotView(TensorShape shape, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if ((long)rows * columns != shape.Length)
            throw new ArgumentException($"A {rows} x {columns} view does not have the {shape.Length} elements of shape {shape}.", nameof(rows));
    }
}
