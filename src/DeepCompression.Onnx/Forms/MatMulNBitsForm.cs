using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using AttributeType = DeepCompression.Onnx.Schema.AttributeProto.Types.AttributeType;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx;

/// <summary>
/// <c>com.microsoft.MatMulNBits</c> in the place of MatMul and Gemm: 4-bit blocks along the inputs, shape (outputs, blocks, block / 2), a
/// scale a block, zero at 8.
/// </summary>
internal static class MatMulNBitsForm
{
    private const string Domain = "com.microsoft";
    private const int Zero = 8;

    /// <summary>Replaces a weight and the products that use it.</summary>
    /// <returns>The reason why not, or null.</returns>
    public static string? Replace(Weight weight, CompressedTensor tensor, int blockSize)
    {
        if (tensor.ElementType != ElementType.Float32 || tensor.Shape.Rank != 2)
            return "MatMulNBits takes float32 matrices";
        if (weight.Scope.Graph!.Output.Any(output => output.Name == weight.Name))
            return "it is an output of the graph";
        bool[] transposed = [.. weight.Consumers.Select(consumer => WeightLayout.IsSet(consumer.Node, "transB")).Distinct()];
        if (weight.Consumers.Count == 0 || weight.Consumers.Any(consumer => consumer.Scope != weight.Scope.Path || !IsProduct(consumer)) || transposed.Length != 1)
            return "not all that use it are MatMul, or Gemm without factors, with the weight as the second input, in the same graph";
        float[] values = DenseValues.ToSingle(tensor);
        if (values.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            return "it has a NaN or an infinity";

        (int rows, int columns) = ((int)tensor.Shape.Dimensions[0], (int)tensor.Shape.Dimensions[1]);
        (int inputs, int outputs) = transposed[0] ? (columns, rows) : (rows, columns);
        int blocks = (inputs + blockSize - 1) / blockSize;
        float[] padded = Arrange(values, inputs, outputs, blocks * blockSize, transposed[0]);
        (sbyte[] quantized, float[] scales) = new GroupQuantizer(outputs, blocks * blockSize, 1, blockSize, false).Quantize(padded, 7);

        GraphProto graph = weight.Scope.Graph!;
        DenseReplacement.Remove(weight);
        string integers = DenseReplacement.AddInitializer(graph, $"{weight.Name}.quantized",
            new NodeInput("", (int)DataType.Uint8, [outputs, blocks, blockSize / 2], Nibbles.Pack(quantized, Zero)));
        string scale = DenseReplacement.AddInitializer(graph, $"{weight.Name}.scale",
            new NodeInput("", (int)DataType.Float, [(long)outputs * blocks], MemoryMarshal.AsBytes(scales.AsSpan()).ToArray()));
        foreach (WeightConsumer consumer in weight.Consumers)
            ReplaceProduct(graph, consumer.Node, integers, scale, inputs, outputs, blockSize);
        if (!weight.Model.Proto.OpsetImport.Any(import => import.Domain == Domain))
            weight.Model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = Domain, Version = 1 });
        return null;
    }

    private static bool IsProduct(WeightConsumer consumer)
    {
        NodeProto node = consumer.Node;
        return consumer.InputIndex == 1 && node.Domain is "" or "ai.onnx" && node.OpType switch
        {
            "MatMul" => true,
            "Gemm" => !WeightLayout.IsSet(node, "transA") && node.Attribute.All(attribute => attribute.Name is not ("alpha" or "beta") || attribute.F == 1),
            _ => false,
        };
    }

    // Shape (outputs, padded inputs) whichever way the weight lies.
    private static float[] Arrange(float[] values, int inputs, int outputs, int paddedInputs, bool isTransposed)
    {
        float[] padded = new float[checked(outputs * paddedInputs)];
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
                padded[(output * paddedInputs) + input] = isTransposed ? values[(output * inputs) + input] : values[(input * outputs) + output];
        }

        return padded;
    }

    private static void ReplaceProduct(GraphProto graph, NodeProto node, string integers, string scale, int inputs, int outputs, int blockSize)
    {
        string? bias = node.OpType == "Gemm" && node.Input.Count > 2 && node.Input[2].Length > 0 ? node.Input[2] : null;
        if (bias is not null)
        {
            var add = new NodeProto { OpType = "Add" };
            add.Output.Add(node.Output[0]);
            node.Output[0] += ".product";
            add.Input.Add(node.Output[0]);
            add.Input.Add(bias);
            graph.Node.Insert(DenseReplacement.IndexOf(graph.Node, node) + 1, add);
        }

        string input = node.Input[0];
        node.OpType = "MatMulNBits";
        node.Domain = Domain;
        node.Input.Clear();
        node.Input.AddRange([input, integers, scale]);
        node.Attribute.Clear();
        foreach ((string name, int value) in new[] { ("K", inputs), ("N", outputs), ("bits", 4), ("block_size", blockSize) })
            node.Attribute.Add(new AttributeProto { Name = name, I = value, Type = AttributeType.Int });
    }
}
