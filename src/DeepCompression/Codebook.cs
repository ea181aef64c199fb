namespace DeepCompression;

/// <summary>
/// The centroids that the weights of one tensor share, one row of centroids a group (Han et al. 2016, section 3).
/// A group is a run of whole channels: with <c>groups</c> groups, element <c>i</c> belongs to group <c>i / (length / groups)</c>.
/// </summary>
public sealed class Codebook
{
    /// <summary>The most centroids a group can have: codes are single bytes.</summary>
    public const int MaxSize = 256; // entries

    /// <summary>Makes a codebook from centroids as they are stored in a model.</summary>
    /// <param name="elementType">The type of a centroid.</param>
    /// <param name="groups">The number of groups, at least 1.</param>
    /// <param name="values">The centroids, little-endian, shape (groups, size) row-major. The codebook keeps this memory.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="groups"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">The length of <paramref name="values"/> is not a whole number of centroids a group, or more than <see cref="MaxSize"/> a group.</exception>
    public Codebook(ElementType elementType, int groups, ReadOnlyMemory<byte> values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        int row = values.Length / groups;
        int size = row / elementType.GetSize();
        if (row * groups != values.Length || size * elementType.GetSize() != row || size > MaxSize)
            throw new ArgumentException($"{values.Length} bytes are not {groups} groups of at most {MaxSize} {elementType} centroids.", nameof(values));

        ElementType = elementType;
        Groups = groups;
        Size = size;
        Values = values;
        HasZero = size > 0 && AllGroupsStartWithZero();
    }

    /// <summary>The type of a centroid.</summary>
    public ElementType ElementType { get; }

    /// <summary>The number of groups, at least 1.</summary>
    public int Groups { get; }

    /// <summary>Centroids a group, 0 to 256. Groups with fewer distinct values are padded with zeros at the end.</summary>
    public int Size { get; }

    /// <summary>The centroids, little-endian, shape (groups, size) row-major.</summary>
    public ReadOnlyMemory<byte> Values { get; }

    /// <summary>Whether code 0 is the bit pattern of +0 in every group, as in every codebook of a pruned weight.</summary>
    public bool HasZero { get; }

    private bool AllGroupsStartWithZero()
    {
        int size = ElementType.GetSize();
        for (int group = 0; group < Groups; group++)
        {
            if (Values.Span.Slice(group * Size * size, size).ContainsAnyExcept((byte)0))
                return false;
        }

        return true;
    }
}
