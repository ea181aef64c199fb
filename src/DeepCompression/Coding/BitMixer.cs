using System.Runtime.CompilerServices;

namespace DeepCompression.Coding;

/// <summary>
/// Predicts a bit by four contexts at once: their probabilities, stretched, are added with weights that follow what helped so far
/// (FORMAT.md, "Mixing"; logistic mixing as in Mahoney 2005). The first context is the plainest; the others begin with its probability.
/// </summary>
/// <param name="weightSets">Sets of weights; each bit names its own.</param>
/// <param name="plain">Size of the first table of contexts.</param>
/// <param name="size1">Size of the second.</param>
/// <param name="size2">Size of the third.</param>
/// <param name="size3">Size of the fourth.</param>
internal sealed class BitMixer(int weightSets, int plain, int size1, int size2, int size3)
{
    private const int FirstWeight = 1 << 14; // a quarter

    private readonly AdaptiveBit[] _table0 = AdaptiveBits.New(plain);
    private readonly AdaptiveBit[] _table1 = AdaptiveBits.New(size1);
    private readonly AdaptiveBit[] _table2 = AdaptiveBits.New(size2);
    private readonly AdaptiveBit[] _table3 = AdaptiveBits.New(size3);
    private readonly int[] _weights = NewWeights(weightSets);

    /// <summary>Codes a bit in its contexts, one of each table, and learns it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Code<TCoder>(ref TCoder coder, int bit, int set, int context0, int context1, int context2, int context3)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        ref AdaptiveBit bit0 = ref _table0[context0];
        ref AdaptiveBit bit1 = ref _table1[context1];
        ref AdaptiveBit bit2 = ref _table2[context2];
        ref AdaptiveBit bit3 = ref _table3[context3];
        bit1.InheritIfNew(bit0);
        bit2.InheritIfNew(bit0);
        bit3.InheritIfNew(bit0);

        Span<int> weights = _weights.AsSpan(set * 4, 4);
        int stretch0 = Logistic.Stretch(bit0.Probability), stretch1 = Logistic.Stretch(bit1.Probability);
        int stretch2 = Logistic.Stretch(bit2.Probability), stretch3 = Logistic.Stretch(bit3.Probability);
        long sum = ((long)weights[0] * stretch0) + ((long)weights[1] * stretch1) + ((long)weights[2] * stretch2) + ((long)weights[3] * stretch3);
        int probability = BitCoderExtensions.Clamp(Logistic.Squash((int)Math.Clamp(sum >> 16, -Logistic.Max, Logistic.Max)));

        bit = coder.Code(bit, probability);

        int error = (bit << 16) - probability;
        weights[0] += ((stretch0 * error) + 32768) >> 16;
        weights[1] += ((stretch1 * error) + 32768) >> 16;
        weights[2] += ((stretch2 * error) + 32768) >> 16;
        weights[3] += ((stretch3 * error) + 32768) >> 16;
        bit0.Update(bit);
        bit1.UpdateInherited(bit);
        bit2.UpdateInherited(bit);
        bit3.UpdateInherited(bit);
        return bit;
    }

    private static int[] NewWeights(int sets)
    {
        int[] weights = new int[sets * 4];
        weights.AsSpan().Fill(FirstWeight);
        return weights;
    }
}
