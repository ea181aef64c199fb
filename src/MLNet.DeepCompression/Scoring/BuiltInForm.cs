using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Onnx;

namespace MLNet.DeepCompression.Scoring;

/// <summary>Turns a scored model into ML.NET's own ONNX transformer, which every ML.NET can save and load.</summary>
internal static class BuiltInForm
{
    /// <summary>Makes the transformer. Its model's inputs and outputs are named as the columns, because it binds by name.</summary>
    public static OnnxTransformer Create(MLContext ml, OnnxModel runnable, ModelBinding binding, IReadOnlyDictionary<string, int[]>? shapes)
    {
        OnnxModel named = NameAfterColumns(runnable, binding);
        DataViewSchema.Builder schema = new();
        foreach (TensorBinding input in binding.Inputs)
            schema.AddColumn(input.Column, input.OutputType is VectorDataViewType ? input.OutputType : new VectorDataViewType(input.ItemType, 1));

        Dictionary<string, int[]>? given = shapes is null
            ? null
            : binding.Inputs.Where(input => shapes.ContainsKey(input.Tensor)).ToDictionary(input => input.Column, input => shapes[input.Tensor]);
        using MemoryStream stream = new(named.ToBytes());
        return ml.Transforms
            .ApplyOnnxModel([.. binding.Outputs.Select(output => output.Column)], [.. binding.Inputs.Select(input => input.Column)], stream, given, recursionLimit: 100)
            .Fit(new EmptyDataView(schema.ToSchema()));
    }

    private static OnnxModel NameAfterColumns(OnnxModel model, ModelBinding binding)
    {
        OnnxModel copy = model.Clone();
        GraphProto graph = copy.Proto.Graph;
        foreach (TensorBinding input in binding.Inputs.Where(input => input.Column != input.Tensor))
        {
            graph.Input.Single(value => value.Name == input.Tensor).Name = input.Column;
            graph.Node.Insert(0, Identity(input.Column, input.Tensor));
        }

        Dictionary<string, ValueInfoProto> outputs = graph.Output.ToDictionary(value => value.Name);
        graph.Output.Clear();
        foreach (TensorBinding output in binding.Outputs)
        {
            ValueInfoProto value = outputs[output.Tensor];
            if (output.Column != output.Tensor)
            {
                graph.Node.Add(Identity(output.Tensor, output.Column));
                value = value.Clone();
                value.Name = output.Column;
            }

            graph.Output.Add(value);
        }

        return copy;
    }

    private static NodeProto Identity(string from, string to) => new() { OpType = "Identity", Name = $"{from} as {to}", Input = { from }, Output = { to } };
}
