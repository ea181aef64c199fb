using System.Numerics;

namespace DeepCompression.Coding;

/// <summary>
/// Splits a code into the sign of its centroid and its rank: 0 for the centroid of that sign that is nearest to zero
/// (FORMAT.md, "Codes by sign and rank").
/// </summary>
internal sealed class CentroidRanks
{
    private readonly int[] _negatives;
    private readonly int[] _positives;
    private readonly int _first;

    /// <param name="ordinals">The ascending ordinals of each group, without the zero.</param>
    /// <param name="hasZero">Whether code 0 is +0.</param>
    /// <param name="elementBits">Bits a value.</param>
    /// <param name="groupLength">Elements a group.</param>
    public CentroidRanks(ulong[][] ordinals, bool hasZero, int elementBits, int groupLength)
    {
        ulong half = 1UL << (elementBits - 1);
        _first = hasZero ? 1 : 0;
        _negatives = [.. ordinals.Select(group => group.Count(ordinal => ordinal < half))];
        _positives = [.. ordinals.Select((group, i) => group.Length - _negatives[i])];
        GroupLength = Math.Max(groupLength, 1);
        int most = 0;
        for (int group = 0; group < ordinals.Length; group++)
            most = Math.Max(most, Math.Max(_negatives[group], _positives[group]));
        RankBits = 32 - BitOperations.LeadingZeroCount((uint)Math.Max(most - 1, 0));
    }

    /// <summary>Elements a group.</summary>
    public int GroupLength { get; }

    /// <summary>Bits that hold any rank.</summary>
    public int RankBits { get; }

    public (int Negatives, int Positives) GetCounts(int group) => (_negatives[group], _positives[group]);

    public (int Sign, int Rank) Split(int group, int code)
    {
        int index = code - _first;
        int negatives = _negatives[group];
        return index < negatives ? (0, negatives - 1 - index) : (1, index - negatives);
    }

    public byte Join(int group, int sign, int rank) =>
        (byte)(_first + (sign == 0 ? _negatives[group] - 1 - rank : _negatives[group] + rank));
}
