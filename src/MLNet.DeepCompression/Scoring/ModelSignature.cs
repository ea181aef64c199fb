using System.Collections.Immutable;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MLNet.DeepCompression.Scoring;

/// <summary>The inputs and outputs that a model declares, read from its file without a session.</summary>
/// <param name="Inputs">The inputs that are not initializers, in the model's order.</param>
/// <param name="Outputs">The outputs, in the model's order.</param>
internal sealed record ModelSignature(ImmutableArray<TensorSignature> Inputs, ImmutableArray<TensorSignature> Outputs)
{
    public static ModelSignature Of(OnnxModel model)
    {
        GraphProto graph = model.Proto.Graph;
        HashSet<string> initializers = [.. graph.Initializer.Select(tensor => tensor.Name)];
        return new(
            [.. graph.Input.Where(value => !initializers.Contains(value.Name)).Select(TensorSignature.Of)],
            [.. graph.Output.Select(TensorSignature.Of)]);
    }
}

/// <summary>What a model declares of one input or output.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="ElementType">The element type, or null for a sequence, a map or an optional.</param>
/// <param name="Dimensions">The dimensions, -1 where open; null where not even their number is declared.</param>
internal sealed record TensorSignature(string Name, TensorElementType? ElementType, int[]? Dimensions)
{
    public static TensorSignature Of(ValueInfoProto value)
    {
        if (value.Type?.ValueCase != TypeProto.ValueOneofCase.TensorType)
            return new(value.Name, null, null);
        TypeProto.Types.Tensor tensor = value.Type.TensorType;
        return new(value.Name, (TensorElementType)tensor.ElemType, tensor.Shape?.Dim.Select(Dimension).ToArray());
    }

    private static int Dimension(TensorShapeProto.Types.Dimension dimension) =>
        dimension.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dimension.DimValue is >= 0 and <= int.MaxValue ? (int)dimension.DimValue : -1;
}
