namespace DeepCompression.Training.Data;

/// <summary>Pieces of a text for a character model: the input is a run of characters, the target the same run one character on.</summary>
public sealed class TextSource : IBatchSource
{
    private readonly long[] _codes;
    private readonly int _length;

    /// <summary>Makes a source of a text.</summary>
    /// <param name="codes">The text, a number a character.</param>
    /// <param name="length">Characters a sample, at least 1; samples follow each other without overlap.</param>
    /// <param name="inputName">The name of the input, int64[<paramref name="length"/>].</param>
    /// <param name="labelName">The name of the target, int64[<paramref name="length"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">The text is shorter than one sample and its target.</exception>
    public TextSource(long[] codes, int length, string inputName = BatchField.DefaultInput, string labelName = BatchField.DefaultLabel)
    {
        ArgumentNullException.ThrowIfNull(codes);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if (codes.Length <= length)
            throw new ArgumentException($"A text of {codes.Length} characters has no sample of {length}.", nameof(codes));
        _codes = codes;
        _length = length;
        TensorShape shape = new(length);
        Fields = [new BatchField(inputName, FieldType.Int64, shape), new BatchField(labelName, FieldType.Int64, shape)];
    }

    /// <inheritdoc/>
    public int Count => (_codes.Length - 1) / _length;

    /// <inheritdoc/>
    public IReadOnlyList<BatchField> Fields { get; }

    /// <summary>Numbers the characters of a text in the order of their code points.</summary>
    /// <param name="text">The text.</param>
    /// <returns>A number a character, and the characters by number.</returns>
    public static (long[] Codes, string Alphabet) Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string alphabet = new([.. text.Distinct().Order()]);
        return ([.. text.Select(c => (long)alphabet.IndexOf(c, StringComparison.Ordinal))], alphabet);
    }

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> samples, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.CheckFits(Fields, samples.Length);
        for (int row = 0; row < samples.Length; row++)
        {
            if ((uint)samples[row] >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(samples), samples[row], $"The data has {Count} samples.");
            ReadOnlySpan<long> run = _codes.AsSpan(samples[row] * _length, _length + 1);
            run[..^1].CopyTo(batch.GetIntegers(0).AsSpan(row * _length));
            run[1..].CopyTo(batch.GetIntegers(1).AsSpan(row * _length));
        }
    }
}
