using DeepCompression.Onnx;

namespace DeepCompression.OnnxRuntime.Calibration;

/// <summary>Sums the squares of every input channel of one weight.</summary>
internal sealed class ChannelSquares
{
    private readonly double[] _sums;
    private readonly bool _isImage;

    private ChannelSquares(string path, int channels, bool isImage) => (Path, _sums, _isImage) = (path, new double[channels], isImage);

    public string Path { get; }

    /// <param name="weight">A matrix (inputs, outputs), transposed or not, or a kernel (outputs, inputs, ...), transposed (inputs, outputs, ...).</param>
    public static ChannelSquares For(Weight weight)
    {
        WeightConsumer use = weight.Consumers[0];
        bool outputsFirst = use.OperatorType == "Conv" || (use.OperatorType == "Gemm" && InputNormCollector.Attribute(use.Node, "transB") != 0);
        return new(weight.Path, (int)weight.Shape.Dimensions[outputsFirst ? 1 : 0], isImage: use.OperatorType is "Conv" or "ConvTranspose");
    }

    /// <summary>Adds one tensor that the weight is fed with.</summary>
    public void Add(ReadOnlySpan<float> values, ReadOnlySpan<long> shape)
    {
        int inner = 1;
        for (int i = 2; _isImage && i < shape.Length; i++)
            inner *= (int)shape[i];
        for (int start = 0, channel = 0; start < values.Length; start += inner, channel = channel + 1 == _sums.Length ? 0 : channel + 1)
        {
            double sum = 0;
            foreach (float value in values.Slice(start, inner))
                sum += (double)value * value;
            _sums[channel] += sum;
        }
    }

    public float[] ToNorms() => [.. _sums.Select(sum => (float)Math.Sqrt(sum))];
}
