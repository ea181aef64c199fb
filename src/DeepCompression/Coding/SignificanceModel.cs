using System.Numerics;

namespace DeepCompression.Coding;

/// <summary>
/// Codes for every element of a segment whether it is not zero, in contexts of its neighbours, of the zeros around it in its kernel,
/// and of the density of its channel and filter (FORMAT.md, "Significance").
/// </summary>
internal static class SignificanceModel
{
    private const int KernelContexts = 32, NeighbourContexts = 128, DensityContexts = 32 * 16;

    /// <summary>Codes a segment.</summary>
    /// <param name="coder">Either side of the range coder.</param>
    /// <param name="neighbourhood">The weight's neighbours.</param>
    /// <param name="start">The segment's first element.</param>
    /// <param name="flags">One byte an element, 1 where it is not zero.</param>
    /// <returns>The number of non-zeros.</returns>
    public static int Code<TCoder>(ref TCoder coder, Neighbourhood neighbourhood, int start, Span<byte> flags)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        (int filter, int kernel, int row) = (neighbourhood.Filter, neighbourhood.Kernel, neighbourhood.Row);
        BitMixer mixer = new(kernel, 1, NeighbourContexts, kernel * KernelContexts, DensityContexts);
        AdaptiveBit[] channels = AdaptiveBits.New(neighbourhood.Channels);
        AdaptiveBit filterDensity = AdaptiveBit.Even;
        int inFilter = start % filter;
        int inKernel = inFilter % kernel;
        int channel = inFilter / kernel;
        int inBlock = 0; // non-zeros of this kernel so far
        int inLastBlock = 0;
        uint history = 0; // the last 16 flags
        int count = 0;
        for (int i = 0; i < flags.Length; i++)
        {
            int neighbours = Flag(flags, i - 1) | (Flag(flags, i - 2) << 1) | ((kernel > 1 ? Flag(flags, i - row) : 0) << 2)
                | (Flag(flags, i - kernel) << 3) | (Flag(flags, (long)i - filter) << 4)
                | (Flag(flags, i - (2 * kernel)) << 5) | (Flag(flags, i - (2L * filter)) << 6);
            int block = kernel > 1
                ? (inKernel * KernelContexts) + (Math.Min(inBlock, 9) * 3) + Math.Min((inLastBlock + 1) >> 2, 2)
                : BitOperations.PopCount(history & 0xFFFF);
            ref AdaptiveBit channelDensity = ref channels[channel & (Neighbourhood.MaxChannels - 1)];
            int density = (channelDensity.Probability >> 11 << 4) | (filterDensity.Probability >> 12);

            int bit = mixer.Code(ref coder, flags[i], inKernel, 0, neighbours, block, density);

            flags[i] = (byte)bit;
            count += bit;
            history = (history << 1) | (uint)bit;
            channelDensity.Update(bit);
            filterDensity.Update(bit);
            inBlock += bit;
            inKernel++;
            if (inKernel == kernel)
            {
                (inKernel, inLastBlock, inBlock) = (0, inBlock, 0);
                channel++;
            }

            if (++inFilter == filter)
            {
                (inFilter, channel) = (0, 0);
                filterDensity = AdaptiveBit.Even;
            }
        }

        return count;
    }

    private static int Flag(ReadOnlySpan<byte> flags, long index) => index < 0 ? 0 : flags[(int)index];
}
