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
        int taps = geometry.KernelHeight * geometry.KernelWidth;
        return Turn(weights, geometry, [.. Enumerable.Repeat(0, taps)], [.. Enumerable.Range(0, taps)], 1, taps, rents: false);
    }

    /// <summary>Turns the weights, and splits them among the phases of the output channels.</summary>
    /// <param name="weights">The weights, shape (input channels, output channels a group x kernel height x kernel width).</param>
    /// <param name="phases">The phases of their geometry.</param>
    /// <returns>The weights of the phases' convolution, in arrays that are borrowed: whoever is done with the matrix may return them.</returns>
    public static CsrMatrix From(CsrMatrix weights, OutputPhases phases)
    {
        (int[] phaseOf, int[] tapOf) = phases.GetTaps();
        return Turn(weights, phases.Geometry, phaseOf, tapOf, phases.Count, phases.Convolution.KernelHeight * phases.Convolution.KernelWidth, rents: true);
    }

    // The taps of a phase are in the order of those of the kernel, or all in the opposite order.
    private static CsrMatrix Turn(CsrMatrix weights, TransposedConvolutionGeometry geometry, int[] phaseOf, int[] tapOf, int phases, int area, bool rents)
    {
        int taps = geometry.KernelHeight * geometry.KernelWidth, outputs = geometry.OutputChannels / geometry.Groups, inputs = geometry.InputChannels / geometry.Groups;
        if (weights.Rows != geometry.InputChannels || weights.Columns != (long)outputs * taps)
            throw new ArgumentException($"Weights of shape ({weights.Rows}, {weights.Columns}) are not {geometry.InputChannels} channels of {outputs} x {geometry.KernelHeight} x {geometry.KernelWidth}.", nameof(weights));

        (float[] codebook, int codebooks, byte[]? codes) = Merge(weights, geometry);
        int[] rowOf = new int[weights.Columns];
        for (int column = 0; column < rowOf.Length; column++)
            rowOf[column] = (column / taps * phases) + phaseOf[column % taps];
        bool isBackwards = phases > 1;
        foreach (int tap in tapOf)
            isBackwards |= tap < tapOf[0];
        int[] pointers = new int[checked(geometry.OutputChannels * phases) + 1];
        for (int input = 0; input < weights.Rows; input++)
        {
            Span<int> counts = pointers.AsSpan((input / inputs * outputs * phases) + 1);
            foreach (int column in weights.ColumnIndices.AsSpan(weights.RowPointers[input], weights.RowPointers[input + 1] - weights.RowPointers[input]))
                counts[rowOf[column]]++;
        }

        for (int row = 1; row < pointers.Length; row++)
            pointers[row] += pointers[row - 1];
        int[] next = (int[])pointers.Clone(), columns = rents ? EntryArrays.Rent<int>(weights.NonZeros) : GC.AllocateUninitializedArray<int>(weights.NonZeros);
        byte[] newCodes = rents ? EntryArrays.Rent<byte>(weights.NonZeros) : GC.AllocateUninitializedArray<byte>(weights.NonZeros);
        for (int input = 0; input < weights.Rows; input++)
        {
            int first = weights.RowPointers[input], count = weights.RowPointers[input + 1] - first, firstColumn = input % inputs * area;
            ReadOnlySpan<int> from = weights.ColumnIndices.AsSpan(first, count);
            ReadOnlySpan<byte> oldCodes = weights.Codes.AsSpan(first, count), map = codes is null ? default : codes.AsSpan(input * MostCentroids, MostCentroids);
            Span<int> places = next.AsSpan(input / inputs * outputs * phases);
            for (int i = 0; i < count; i++)
            {
                int entry = isBackwards ? count - 1 - i : i, place = places[rowOf[from[entry]]]++;
                columns[place] = firstColumn + tapOf[from[entry] % taps];
                newCodes[place] = map.IsEmpty ? oldCodes[entry] : map[oldCodes[entry]];
            }
        }

        return new CsrMatrix(pointers.Length - 1, checked(inputs * area), pointers, columns, newCodes, codebook, codebooks, weights.NonZeros, rents);
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
