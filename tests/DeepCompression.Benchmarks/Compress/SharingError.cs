using System.Globalization;
using System.Runtime.InteropServices;
using DeepCompression.Onnx;

namespace DeepCompression.Benchmarks.Compress;

/// <summary>What sharing changed in the weights that pruning kept.</summary>
internal static class SharingError
{
    /// <summary>
    /// The squared error by the squared norm of the elements that are not zero in a packed model, against the model it was made from; by the name
    /// of the weight.
    /// </summary>
    public static Dictionary<string, double> Measure(OnnxModel original, OnnxModel packed)
    {
        Dictionary<string, Weight> weights = WeightWalker.Find(original).ToDictionary(weight => weight.Name);
        Dictionary<string, double> errors = [];
        foreach (WeightNode node in WeightNodeWalker.Find(packed))
        {
            ReadOnlySpan<float> before = MemoryMarshal.Cast<byte, float>(weights[node.Name].Read().Span);
            (_, TensorShape shape, byte[] dense) = node.DecodeDense();
            if (shape.Rank < 2)
                continue; // biases are packed as they are
            ReadOnlySpan<float> after = MemoryMarshal.Cast<byte, float>(dense);
            (double signal, double noise) = (0, 0);
            for (int i = 0; i < after.Length; i++)
            {
                if (after[i] == 0)
                    continue;
                double error = (double)before[i] - after[i];
                signal += (double)before[i] * before[i];
                noise += error * error;
            }

            errors[node.Name] = noise / signal;
        }

        return errors;
    }

    /// <summary>Every weight's ratio of signal to noise in dB.</summary>
    public static string Describe(Dictionary<string, double> noise) => string.Join(
        ", ", noise.Select(pair => $"{pair.Key.Split('.')[0]} {(-10 * Math.Log10(pair.Value)).ToString("0.0", CultureInfo.InvariantCulture)}")) + " dB";
}
