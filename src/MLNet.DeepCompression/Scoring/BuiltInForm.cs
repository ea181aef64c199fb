using DeepCompression.Onnx;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>Turns a scored model into ML.NET's own transformers, which every ML.NET can save and load.</summary>
internal static class BuiltInForm
{
    /// <summary>Writes the transformers. Their model's inputs and outputs are named as the columns, because they bind by name.</summary>
    public static void Save(MLContext ml, OnnxModel runnable, ModelBinding binding, IReadOnlyDictionary<string, int[]>? shapes, ModelSaveContext context)
    {
        // From a stream ML.NET would write a file of its own and leave it behind.
        string file = Path.Combine(ml.TempFilePath, Path.GetRandomFileName());
        ITransformer? model = null;
        try
        {
            model = Create(ml, runnable, binding, shapes, file);
            model.Save(context);
        }
        finally
        {
            (model as IDisposable)?.Dispose();
            File.Delete(file);
        }
    }

    private static ITransformer Create(MLContext ml, OnnxModel runnable, ModelBinding binding, IReadOnlyDictionary<string, int[]>? shapes, string file)
    {
        DataViewSchema.Builder schema = new();
        foreach (TensorBinding input in binding.Inputs)
            schema.AddColumn(input.Column, input.OutputType is VectorDataViewType ? input.OutputType : new VectorDataViewType(input.ItemType, 1));

        Dictionary<string, int[]>? given = shapes is null
            ? null
            : binding.Inputs.Where(input => shapes.ContainsKey(input.Tensor)).ToDictionary(input => input.Column, input => shapes[input.Tensor]);
        string[] inputs = [.. binding.Inputs.Select(input => input.Column)];
        string[] outputs = [.. binding.Outputs.Select(output => output.Column)];
        EmptyDataView empty = new(schema.ToSchema());
        OnnxModel named = NamedGraph.NameAfterColumns(runnable, binding);
        if (binding.PredictedLabel is not { } label)
            return Onnx(outputs).Fit(empty);

        NamedGraph.AddBestClass(named, binding.Outputs[0].Column, PredictedLabelForm.BestClass, binding.Outputs[0].RowLength!.Value);
        return PredictedLabelForm.Append(ml, Onnx([.. outputs, PredictedLabelForm.BestClass]), label, binding.Outputs[0].RowLength!.Value, outputs).Fit(empty);

        IEstimator<ITransformer> Onnx(string[] columns)
        {
            File.WriteAllBytes(file, named.ToBytes());
            return ml.Transforms.ApplyOnnxModel(columns, inputs, file, given, recursionLimit: 100);
        }
    }
}
