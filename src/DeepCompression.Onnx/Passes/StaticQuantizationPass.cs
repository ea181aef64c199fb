using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx;

/// <summary>
/// Static 8-bit quantization (QDQ): QuantizeLinear and DequantizeLinear around the activations of Conv, Gemm and MatMul, int8 weights with a
/// scale a channel, int32 biases. Runtimes that know the pattern compute with integers.
/// </summary>
/// <param name="ranges">The range of every activation, by name: see <see cref="Calibrator"/>.</param>
public sealed class StaticQuantizationPass(IReadOnlyDictionary<string, ActivationRange> ranges) : IModelPass
{
    private const int MinOpset = 13; // scales a channel

    /// <inheritdoc/>
    public string Name => "static quantization";

    /// <summary>The activations whose ranges the pass needs.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Names of values of the model's graph.</returns>
    public static IReadOnlyList<string> ActivationsOf(OnnxModel model)
    {
        var graph = new QuantizableGraph(model);
        return [.. graph.Products.SelectMany(product => new[] { product.Node.Input[0], graph.QuantizedOutputOf(product.Node) }).OfType<string>().Distinct()];
    }

    /// <inheritdoc/>
    public PassResult Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        OnnxModel copy = model.Clone();
        List<PassNote> changed = [], skipped = [];
        var graph = new QuantizableGraph(copy);
        long opset = ModelImports.OpsetOf(copy.Proto, null);
        Dictionary<string, bool> forAll = []; // whether all users of an activation take the quantized one, or the products alone
        foreach ((NodeProto node, Weight weight) in graph.Products)
        {
            string label = GraphScope.Label(node);
            string? output = graph.QuantizedOutputOf(node);
            if (opset < MinOpset)
                skipped.Add(new PassNote(label, $"opset {opset} is below {MinOpset}, which scales a channel need"));
            else if (!ranges.TryGetValue(node.Input[0], out ActivationRange range))
                skipped.Add(new PassNote(label, $"there is no range for '{node.Input[0]}'"));
            else if (WeightScales.Quantize(weight) is not { } quantized)
                skipped.Add(new PassNote(label, $"its weight '{weight.Name}' has a NaN or an infinity"));
            else
            {
                Quantize(graph, node, weight, quantized, range);
                forAll.TryAdd(node.Input[0], false);
                if (output is not null && ranges.ContainsKey(output))
                    forAll[output] = true;
                changed.Add(new PassNote(label, $"int8, {quantized.Scales.Length} scales"));
            }
        }

        foreach ((string name, bool all) in forAll)
            graph.InsertPair(name, ranges[name], all, changed);
        return new PassResult(copy, changed, skipped);
    }

    private static void Quantize(QuantizableGraph graph, NodeProto node, Weight weight, WeightScales quantized, ActivationRange range)
    {
        int channels = quantized.Scales.Length;
        node.Input[1] = graph.Dequantize(weight.Name, node, DataType.Int8, weight.Shape.Dimensions.ToArray(), MemoryMarshal.AsBytes(quantized.Values.AsSpan()).ToArray(), quantized.Scales, quantized.Axis);
        if (node.Input.Count < 3 || node.Input[2].Length == 0
            || WeightWalker.Find(graph.Model).FirstOrDefault(other => other.Path == node.Input[2]) is not { ElementType: ElementType.Float32, Shape.Rank: 1 } bias || bias.Shape.Length != channels)
        {
            return;
        }

        float[] scales = [.. quantized.Scales.Select(scale => scale * range.ToUInt8().Scale)];
        ReadOnlyMemory<byte> stored = bias.Read();
        int[] integers = new int[channels];
        for (int i = 0; i < channels; i++)
            integers[i] = (int)Math.Clamp(Math.Round((double)MemoryMarshal.Cast<byte, float>(stored.Span)[i] / scales[i]), int.MinValue, int.MaxValue);
        node.Input[2] = graph.Dequantize(bias.Name, node, DataType.Int32, [channels], MemoryMarshal.AsBytes(integers.AsSpan()).ToArray(), scales, 0);
    }
}
