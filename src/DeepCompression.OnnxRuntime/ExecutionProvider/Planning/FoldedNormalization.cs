using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>
/// A normalization behind a convolution whose weight is dense again: it goes into the weight while that is decoded, and into the
/// bias. ONNX Runtime would do the same, with several copies of the weight.
/// </summary>
/// <param name="Weight">The weight.</param>
/// <param name="Convolution">What alone reads the weight.</param>
/// <param name="Normalization">What alone reads the convolution.</param>
/// <param name="Factor">What each channel of the weight is multiplied by.</param>
/// <param name="Shift">The bias, one number a channel.</param>
internal sealed record FoldedNormalization(WeightNode Weight, NodeView Convolution, NodeView Normalization, float[] Factor, float[] Shift)
{
    /// <summary>The name of the bias: that of a constant that nothing reads any more.</summary>
    public string ShiftName => Normalization.Input(2)!.Name;

    /// <summary>Finds the normalization that can go into a weight; null where there is none.</summary>
    /// <param name="graph">The outermost graph.</param>
    /// <param name="weight">The weight.</param>
    public static FoldedNormalization? Match(GraphView graph, WeightNode weight)
    {
        if (weight.ElementType != ElementType.Float32 || weight.Shape.Rank < 3 || graph.OnlyReader(weight.Output) is not NodeView convolution || !convolution.IsOnnx("Conv") || convolution.Input(1)?.Name != weight.Output.Name)
            return null;
        int channels = checked((int)weight.Shape.Dimensions[0]); // below 2^31, as all elements are
        float[]? bias = null;
        if (convolution.Input(2) is ValueView b && (bias = Epilogue.ReadChannels(b.Constant, channels, 1, 0)) is null)
            return null;
        ValueView? product = convolution.Outputs[0];
        if (graph.OnlyReader(product) is not NodeView normalization || !normalization.IsOnnx("BatchNormalization") || normalization.Input(0)?.Name != product?.Name || normalization.Outputs[0] is null)
            return null;
        if (graph.OnlyReader(normalization.Input(2)) != normalization || Epilogue.ReadNormalization(normalization, channels) is not var (factor, shift))
            return null;
        for (int channel = 0; bias is not null && channel < channels; channel++)
            shift[channel] += bias[channel] * factor[channel];
        return new FoldedNormalization(weight, convolution, normalization, factor, shift);
    }

    /// <summary>Writes the weight of the convolution with the normalization in it.</summary>
    /// <param name="destination">Takes the dense weight.</param>
    /// <exception cref="InvalidDataException">The weight is damaged.</exception>
    public void CopyDenseTo(Memory<byte> destination)
    {
        Weight.CopyDenseTo(destination);
        Span<float> elements = MemoryMarshal.Cast<byte, float>(destination.Span);
        int filter = elements.Length / Math.Max(Factor.Length, 1);
        for (int channel = 0; channel < Factor.Length; channel++)
            Multiply(elements.Slice(channel * filter, filter), Factor[channel]);
    }

    // Vectors are not compiled ahead of time, and are slow before they are compiled in full.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(Span<float> elements, float factor)
    {
        int i = 0;
        for (; i <= elements.Length - Vector128<float>.Count; i += Vector128<float>.Count)
        {
            Span<float> four = elements.Slice(i, Vector128<float>.Count);
            (Vector128.Create<float>(four) * factor).CopyTo(four);
        }

        for (; i < elements.Length; i++)
            elements[i] *= factor;
    }
}
