using System.Numerics;

namespace DeepCompression.Coding;

/// <summary>
/// Codes the codes of a segment as sign and rank, highest bit of the rank first, in contexts of the ranks of neighbours, of the place
/// in the kernel, and of the channel's mean (FORMAT.md, "Codes by sign and rank").
/// </summary>
internal sealed class CodeModel(Neighbourhood neighbourhood, CentroidRanks ranks)
{
    private const int MeanContexts = 16, SignContexts = 27;
    private const int MeanShift = 8; // fraction bits of a mean
    private const int FirstMean = 64 << MeanShift; // a rank of 15
    private const int MeanLimit = 255; // ranks seen

    private readonly Neighbourhood _neighbourhood = neighbourhood;

    /// <summary>Codes a segment.</summary>
    /// <param name="coder">Either side of the range coder.</param>
    /// <param name="start">The segment's first element.</param>
    /// <param name="flags">One byte an element, 1 where it has a code.</param>
    /// <param name="codes">The codes of elements with a flag, one after the other.</param>
    /// <exception cref="InvalidDataException">A group has no centroid for its element.</exception>
    public void Code<TCoder>(ref TCoder coder, int start, ReadOnlySpan<byte> flags, Span<byte> codes)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        (int filter, int kernel, int row) = (_neighbourhood.Filter, _neighbourhood.Kernel, _neighbourhood.Row);
        int bits = ranks.RankBits;
        int nodes = 2 << bits; // two trees
        BitMixer signs = new(1, 1, SignContexts, kernel * 3, SignContexts * 3);
        BitMixer mixer = new(Math.Max(bits, 1), nodes, nodes * MeanContexts, nodes * kernel, nodes * MeanContexts);
        RunningMean[] channels = new RunningMean[_neighbourhood.Channels];
        RunningMean all = new() { Mean = FirstMean };
        byte[] levels = new byte[flags.Length]; // of every element with a code: its level plus 1; bit 7 for a positive one
        int next = 0;
        int lastSigns = 0; // of the last two codes: each 1 or 2
        for (int i = flags.IndexOf((byte)1); i >= 0; i = Next(flags, i + 1))
        {
            int inFilter = (int)(((long)start + i) % filter);
            int inKernel = inFilter % kernel;
            int group = (start + i) / ranks.GroupLength;
            ref RunningMean channel = ref channels[(inFilter / kernel) & (Neighbourhood.MaxChannels - 1)];
            if (channel.Seen == 0)
                channel.Mean = all.Mean;

            int sum = all.Mean;
            int count = 1;
            int signNear = Look(levels, i - 1, ref sum, ref count);
            signNear = (signNear * 3) + Look(levels, (long)i - filter, ref sum, ref count);
            signNear = (signNear * 3) + Look(levels, kernel > 1 ? i - row : -1, ref sum, ref count);
            int signFar = (Look(levels, i - kernel, ref sum, ref count) * 9) + lastSigns;
            Look(levels, i - 2, ref sum, ref count);
            int near = Quantize(sum / count - all.Mean, 3);
            int mean = Quantize(channel.Mean - all.Mean, 5);

            (int negatives, int positives) = ranks.GetCounts(group);
            if (negatives + positives == 0)
                throw new InvalidDataException($"Group {group} has no centroid for element {start + i}.");
            (int sign, int rank) = TCoder.IsDecoder ? (0, 0) : ranks.Split(group, codes[next]);
            sign = negatives == 0 ? 1 : positives == 0 ? 0 : signs.Code(ref coder, sign, 0, 0, signNear, (inKernel * 3) + (lastSigns % 3), (signFar * 3) + (kernel > 1 ? SignOf(levels, i - row + 1) : 0));
            lastSigns = (lastSigns % 3 * 3) + sign + 1;

            int known = sign == 0 ? negatives : positives;
            int tree = sign << bits;
            int node = 1;
            for (int b = bits - 1; b >= 0; b--)
            {
                // A 1 that would lead beyond the last rank is not coded.
                int least = ((((node << 1) | 1) << b) & ((1 << bits) - 1));
                int bit = 0;
                if (least < known)
                {
                    int at = tree + node;
                    bit = mixer.Code(ref coder, (rank >> b) & 1, b, at, (at * MeanContexts) + near, (at * kernel) + inKernel, (at * MeanContexts) + mean);
                }

                node = (node << 1) | bit;
            }

            rank = node & ((1 << bits) - 1);
            codes[next++] = ranks.Join(group, sign, rank);
            int level = GetLevel(rank);
            levels[i] = (byte)((level + 1) | (sign << 7));
            channel.Add(level << MeanShift);
            all.Add(level << MeanShift);
        }
    }

    /// <summary>16 times the binary logarithm of the rank plus 1, linear between powers of two: 0 to 127.</summary>
    private static int GetLevel(int rank)
    {
        int value = rank + 1;
        int log = BitOperations.Log2((uint)value);
        return Math.Min((log << 4) + (((value << 4) >> log) & 15), 126);
    }

    /// <summary>Adds the level of a neighbour that has a code; returns 0 where it has none, 1 for a negative and 2 for a positive one.</summary>
    private static int Look(ReadOnlySpan<byte> levels, long index, ref int sum, ref int count)
    {
        int level = index < 0 ? 0 : levels[(int)index];
        if (level == 0)
            return 0;
        sum += ((level & 127) - 1) << MeanShift;
        count++;
        return 1 + (level >> 7);
    }

    private static int SignOf(ReadOnlySpan<byte> levels, long index) => index < 0 || levels[(int)index] == 0 ? 0 : 1 + (levels[(int)index] >> 7);

    private static int Quantize(int difference, int scale) => Math.Clamp(((difference * scale) >> (MeanShift + 4)) + 8, 0, MeanContexts - 1);

    private static int Next(ReadOnlySpan<byte> flags, int from)
    {
        int found = flags[from..].IndexOf((byte)1);
        return found < 0 ? -1 : from + found;
    }

    private struct RunningMean
    {
        public int Mean;
        public int Seen;

        public void Add(int value)
        {
            Mean += (value - Mean) / (Seen + 2);
            Seen = Math.Min(Seen + 1, MeanLimit);
        }
    }
}
