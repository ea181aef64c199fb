using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>Turns the weights of a transposed convolution, which lie by input channels, into rows of output channels.</summary>
internal static class OutputRows
{
    private const int MostCentroids = byte.MaxValue + 1;

    /// <summary>The codebooks that an output channel needs, at most: those of the input channels of its group.</summary>
    public static int CountCodebooks(int inputChannels, int groups, int codebooks)
    {
        int channels = inputChannels / groups, channelsACodebook = inputChannels / codebooks;
        return codebooks == 1 || channelsACodebook % channels == 0 ? 1 : channels % channelsACodebook == 0 ? channels / channelsACodebook : ((channels - 1) / channelsACodebook) + 2;
    }

    /// <summary>Turns the weights.</summary>
    /// <param name="weights">The weights, shape (input channels, output channels a group x kernel height x kernel width).</param>
    /// <param name="geometry">Channels, groups and kernel.</param>
    /// <returns>The weights, shape (output channels, input channels a group x kernel height x kernel width).</returns>
    public static CsrMatrix From(CsrMatrix weights, TransposedConvolutionGeometry geometry)
    {
        int taps = geometry.KernelHeight * geometry.KernelWidth, outputs = geometry.OutputChannels / geometry.Groups, inputs = geometry.InputChannels / geometry.Groups;
        if (weights.Rows != geometry.InputChannels || weights.Columns != (long)outputs * taps)
            throw new ArgumentException($"Weights of shape ({weights.Rows}, {weights.Columns}) are not {geometry.InputChannels} channels of {outputs} x {geometry.KernelHeight} x {geometry.KernelWidth}.", nameof(weights));

        (float[] codebook, int codebooks, byte[]? codes) = Merge(weights, geometry);
        CsrRows rows = new(geometry.OutputChannels);
        for (int pass = 0; pass < 2; pass++)
        {
            for (int input = 0; input < weights.Rows; input++)
            {
                int firstOutput = input / inputs * outputs, firstColumn = input % inputs * taps, firstCode = input * MostCentroids;
                for (int entry = weights.RowPointers[input]; entry < weights.RowPointers[input + 1]; entry++)
                {
                    (int output, int tap) = Math.DivRem(weights.ColumnIndices[entry], taps);
                    rows.Add(firstOutput + output, firstColumn + tap, codes is null ? weights.Codes[entry] : codes[firstCode + weights.Codes[entry]]);
                }
            }

            rows.EndPass();
        }

        return rows.ToMatrix(inputs * taps, codebook, codebooks);
    }

    /// <summary>A codebook a group of channels, made of those of its inputs, and the new code of every code of every input channel; null where they stay.</summary>
    private static (float[] Codebook, int Codebooks, byte[]? Codes) Merge(CsrMatrix weights, TransposedConvolutionGeometry geometry)
    {
        if (weights.Groups == 1)
            return (weights.Codebook, 1, null);
        int size = weights.Codebook.Length / weights.Groups, inputs = geometry.InputChannels / geometry.Groups, channelsACodebook = weights.Rows / weights.Groups;
        byte[] codes = new byte[weights.Rows * MostCentroids];
        List<float>[] merged = new List<float>[geometry.Groups];
        for (int group = 0; group < geometry.Groups; group++)
        {
            Dictionary<int, byte> found = []; // by bits: -0 is a centroid of its own
            List<float> centroids = merged[group] = [];
            for (int input = group * inputs; input < (group + 1) * inputs; input++)
            {
                for (int code = 0; code < size; code++)
                {
                    float value = weights.Codebook[(input / channelsACodebook * size) + code];
                    if (!found.TryGetValue(BitConverter.SingleToInt32Bits(value), out byte known))
                    {
                        if (centroids.Count == MostCentroids)
                            throw new NotSupportedException($"The codebooks of {inputs} input channels have more than {MostCentroids} centroids together.");
                        found[BitConverter.SingleToInt32Bits(value)] = known = (byte)centroids.Count;
                        centroids.Add(value);
                    }

                    codes[(input * MostCentroids) + code] = known;
                }
            }
        }

        int most = merged.Max(centroids => centroids.Count);
        float[] codebook = new float[geometry.Groups * most];
        for (int group = 0; group < geometry.Groups; group++)
            merged[group].CopyTo(codebook, group * most);
        return (codebook, geometry.Groups, codes);
    }
}
