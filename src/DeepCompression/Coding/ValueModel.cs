namespace DeepCompression.Coding;

/// <summary>
/// Codes the planes of a segment's values byte by byte, highest bit first: plane 0, the exponents, in contexts of the exponents before,
/// of the place in the kernel and of the channel; the others by themselves (FORMAT.md, "Values").
/// </summary>
internal static class ValueModel
{
    private const int Nodes = Histogram.SymbolCount;

    /// <summary>Codes a segment.</summary>
    /// <param name="coder">Either side of the range coder.</param>
    /// <param name="neighbourhood">The weight's neighbours.</param>
    /// <param name="start">The segment's first element.</param>
    /// <param name="flags">One byte an element, 1 where it has a value.</param>
    /// <param name="planes">The planes one after the other.</param>
    /// <param name="planeCount">Bytes a value.</param>
    public static void Code<TCoder>(ref TCoder coder, Neighbourhood neighbourhood, int start, ReadOnlySpan<byte> flags, Span<byte> planes, int planeCount)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        BitMixer mixer = new(8, Nodes, Nodes * Nodes, Nodes * neighbourhood.Kernel, Nodes * Nodes);
        AdaptiveBit[] others = AdaptiveBits.New(planeCount * Nodes);
        byte[] channels = new byte[neighbourhood.Channels];
        int stride = planes.Length / planeCount;
        int next = 0;
        int last = 0;
        for (int i = 0; i < flags.Length; i++)
        {
            if (flags[i] == 0)
                continue;
            int inFilter = (int)(((long)start + i) % neighbourhood.Filter);
            int inKernel = inFilter % neighbourhood.Kernel;
            ref byte channel = ref channels[(inFilter / neighbourhood.Kernel) & (Neighbourhood.MaxChannels - 1)];
            int node = 1;
            for (int b = 7; b >= 0; b--)
                node = (node << 1) | mixer.Code(ref coder, (planes[next] >> b) & 1, b, node, (last * Nodes) + node, (inKernel * Nodes) + node, (channel * Nodes) + node);
            last = channel = planes[next] = (byte)node;
            for (int plane = 1; plane < planeCount; plane++)
            {
                ref byte value = ref planes[(plane * stride) + next];
                node = 1;
                for (int b = 7; b >= 0; b--)
                    node = (node << 1) | coder.Code((value >> b) & 1, ref others[(plane * Nodes) + node]);
                value = (byte)node;
            }

            next++;
        }
    }
}
