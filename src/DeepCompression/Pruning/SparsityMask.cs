using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepCompression.Pruning;

/// <summary>Which elements of a weight are kept: one bit an element, set for kept. Immutable.</summary>
public sealed class SparsityMask
{
    private readonly ulong[] _words;

    /// <summary>Takes over <paramref name="words"/>; bits beyond <paramref name="length"/> are 0.</summary>
    internal SparsityMask(int length, ulong[] words)
    {
        (Length, _words) = (length, words);
        int count = 0;
        foreach (ulong word in words)
            count += BitOperations.PopCount(word);
        Count = count;
    }

    /// <summary>Makes a mask of flags.</summary>
    /// <param name="kept">One flag an element, true for kept.</param>
    public SparsityMask(ReadOnlySpan<bool> kept)
        : this(kept.Length, ToWords(kept))
    {
    }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The number of elements that are kept.</summary>
    public int Count { get; }

    /// <summary>Pruned elements by all elements, 0 to 1; 0 for an empty mask.</summary>
    public double Sparsity => Length == 0 ? 0 : (double)(Length - Count) / Length;

    /// <summary>The bits, element <c>i</c> at bit <c>i % 64</c> of word <c>i / 64</c>; the bits after the last element are 0.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Whether an element is kept.</summary>
    /// <param name="index">The element, row-major.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not an element.</exception>
    public bool this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
            return (_words[index >> 6] >> (index & 63) & 1) != 0;
        }
    }

    /// <summary>The mask of the elements that are not zero now, neither +0 nor -0.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="values">The weights, little-endian.</param>
    /// <returns>A mask that keeps every non-zero.</returns>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not a whole number of elements.</exception>
    public static SparsityMask OfNonZeros(ElementType type, ReadOnlySpan<byte> values)
    {
        if (values.Length % type.GetSize() != 0)
            throw new ArgumentException($"{values.Length} bytes are not a whole number of {type} elements.", nameof(values));
        return type.GetSize() switch
        {
            2 => OfMagnitudes(MemoryMarshal.Cast<byte, ushort>(values), (ushort)(ushort.MaxValue >> 1)),
            4 => OfMagnitudes(MemoryMarshal.Cast<byte, uint>(values), uint.MaxValue >> 1),
            _ => OfMagnitudes(MemoryMarshal.Cast<byte, ulong>(values), ulong.MaxValue >> 1),
        };
    }

    /// <summary>Sets every pruned element to +0, in place.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="values">The weights, little-endian, <see cref="Length"/> elements.</param>
    /// <exception cref="ArgumentException"><paramref name="values"/> has another number of elements.</exception>
    public void Apply(ElementType type, Span<byte> values)
    {
        if (values.Length != (long)Length * type.GetSize())
            throw new ArgumentException($"A mask of {Length} elements does not fit {values.Length} bytes of {type}.", nameof(values));
        switch (type.GetSize())
        {
            case 2: Apply(MemoryMarshal.Cast<byte, ushort>(values)); break;
            case 4: Apply(MemoryMarshal.Cast<byte, uint>(values)); break;
            default: Apply(MemoryMarshal.Cast<byte, ulong>(values)); break;
        }
    }

    /// <summary>Sets every pruned element to all bits zero, in place.</summary>
    /// <typeparam name="T">The type of an element.</typeparam>
    /// <param name="values">The weights, <see cref="Length"/> elements.</param>
    /// <exception cref="ArgumentException"><paramref name="values"/> has another number of elements.</exception>
    public void Apply<T>(Span<T> values)
        where T : unmanaged
    {
        if (values.Length != Length)
            throw new ArgumentException($"A mask of {Length} elements does not fit {values.Length}.", nameof(values));
        SpanChunks.For<T, T>(values, values, (_, chunk, start) =>
        {
            for (int i = 0; i < chunk.Length; i += 64)
            {
                ulong pruned = ~_words[(start + i) >> 6];
                Span<T> block = chunk.Slice(i, Math.Min(64, chunk.Length - i));
                if (pruned == ulong.MaxValue)
                {
                    block.Clear();
                    continue;
                }

                for (; pruned != 0; pruned &= pruned - 1)
                {
                    int bit = BitOperations.TrailingZeroCount(pruned);
                    if (bit >= block.Length)
                        break;
                    block[bit] = default;
                }
            }
        });
    }

    /// <summary>Prunes a weight.</summary>
    /// <param name="tensor">A weight of <see cref="Length"/> elements.</param>
    /// <returns>A new weight whose pruned elements are +0.</returns>
    /// <exception cref="ArgumentException"><paramref name="tensor"/> has another number of elements.</exception>
    public PrunedTensor Apply(PrunedTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        byte[] values = tensor.Values.ToArray();
        Apply(tensor.ElementType, values);
        return new PrunedTensor(tensor.ElementType, tensor.Shape, values);
    }

    /// <summary>The elements that both masks keep.</summary>
    /// <param name="other">A mask of the same length.</param>
    /// <returns>The intersection.</returns>
    /// <exception cref="ArgumentException"><paramref name="other"/> has another length.</exception>
    public SparsityMask And(SparsityMask other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Length != Length)
            throw new ArgumentException($"A mask of {Length} elements does not fit one of {other.Length}.", nameof(other));
        ulong[] words = new ulong[_words.Length];
        for (int i = 0; i < words.Length; i++)
            words[i] = _words[i] & other._words[i];
        return new SparsityMask(Length, words);
    }

    /// <summary>Writes 1 for every kept and 0 for every pruned element: the factor of a mask product in training.</summary>
    /// <param name="destination">At least <see cref="Length"/> numbers.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public void CopyTo(Span<float> destination)
    {
        if (destination.Length < Length)
            throw new ArgumentException($"{Length} numbers are needed; found {destination.Length}.", nameof(destination));
        for (int i = 0; i < Length; i++)
            destination[i] = _words[i >> 6] >> (i & 63) & 1;
    }

    internal static ulong[] NewWords(int length) => new ulong[(length + 63L) / 64];

    private static ulong[] ToWords(ReadOnlySpan<bool> kept)
    {
        ulong[] words = NewWords(kept.Length);
        for (int i = 0; i < kept.Length; i++)
            words[i >> 6] |= (kept[i] ? 1UL : 0) << (i & 63);
        return words;
    }

    private static SparsityMask OfMagnitudes<T>(ReadOnlySpan<T> values, T magnitude)
        where T : unmanaged, IBinaryInteger<T>
    {
        ulong[] words = NewWords(values.Length);
        SpanChunks.For(values, (chunk, start) =>
        {
            for (int i = 0; i < chunk.Length; i++)
                words[(start + i) >> 6] |= ((chunk[i] & magnitude) != T.Zero ? 1UL : 0) << (i & 63);
        });
        return new SparsityMask(values.Length, words);
    }
}
