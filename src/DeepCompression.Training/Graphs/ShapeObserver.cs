using System.Globalization;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.Training.Graphs;

/// <summary>Runs a model once and notes the type of every value, and the contents of those that are asked for.</summary>
internal static class ShapeObserver
{
    public static (Dictionary<string, TensorType> Types, Dictionary<string, TensorProto> Contents) Observe(
        ModelProto model, IReadOnlyDictionary<string, TensorType> inputs, IReadOnlySet<string> wanted)
    {
        ModelProto observed = model.Clone();
        observed.Graph.ValueInfo.Clear();
        observed.Graph.Output.Clear();
        foreach (ValueInfoProto input in observed.Graph.Input.Where(input => inputs.ContainsKey(input.Name)))
            input.Type = ModelWriter.Info(input.Name, inputs[input.Name]).Type;
        foreach (string output in observed.Graph.Node.SelectMany(node => node.Output).Where(output => output.Length > 0).Distinct())
            observed.Graph.Output.Add(new ValueInfoProto { Name = output });

        using SessionOptions options = new() { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(observed.ToByteArray(), options);
        using RunOptions run = new();
        Dictionary<string, OrtValue> values = [];
        try
        {
            foreach ((string name, TensorType type) in inputs)
                values.Add(name, OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)type.ElementType, type.Shape));
            foreach (OrtValue value in values.Values)
                value.GetTensorMutableRawData().Clear();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, values, session.OutputNames);
            return Read(session.OutputNames, results, wanted);
        }
        finally
        {
            foreach (OrtValue value in values.Values)
                value.Dispose();
        }
    }

    /// <summary>The types of the inputs that a caller must feed, with the batch size as the unknown first dimension.</summary>
    public static Dictionary<string, TensorType> InputTypes(GraphProto graph, int batchSize, IReadOnlyDictionary<string, long[]> given)
    {
        HashSet<string> initializers = [.. graph.Initializer.Select(tensor => tensor.Name)];
        Dictionary<string, TensorType> types = [];
        foreach (ValueInfoProto input in graph.Input.Where(input => !initializers.Contains(input.Name)))
        {
            if (input.Type?.TensorType is not { } tensor)
                throw new NotSupportedException($"Input '{input.Name}' is not a tensor; only tensors can be fed.");
            types.Add(input.Name, new TensorType(tensor.ElemType, given.TryGetValue(input.Name, out long[]? shape) ? shape : Complete(input, tensor, batchSize)));
        }

        return types;
    }

    private static long[] Complete(ValueInfoProto input, TypeProto.Types.Tensor tensor, int batchSize)
    {
        if (tensor.Shape is null)
            throw new ArgumentException($"Input '{input.Name}' has no shape in the model; state it in TrainingOptions.InputShapes.");
        long[] shape = [.. tensor.Shape.Dim.Select(dimension => dimension.HasDimValue && dimension.DimValue > 0 ? dimension.DimValue : 0)];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] == 0 && axis > 0)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Dimension {axis} of input '{input.Name}' is not fixed in the model; state the shape in TrainingOptions.InputShapes."));
            if (shape[axis] == 0)
                shape[axis] = batchSize;
        }

        return shape;
    }

    private static (Dictionary<string, TensorType> Types, Dictionary<string, TensorProto> Contents) Read(
        IReadOnlyList<string> names, IReadOnlyCollection<OrtValue> results, IReadOnlySet<string> wanted)
    {
        Dictionary<string, TensorType> types = [];
        Dictionary<string, TensorProto> contents = [];
        foreach ((string name, OrtValue value) in names.Zip(results))
        {
            if (!value.IsTensor)
                continue;
            OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
            TensorType type = new((int)info.ElementDataType, info.Shape);
            types.Add(name, type);
            if (wanted.Contains(name) && info.ElementDataType != TensorElementType.String)
                contents.Add(name, TensorProtos.Make(name, type.ElementType, type.Shape, value.GetTensorMutableRawData()));
        }

        return (types, contents);
    }
}
