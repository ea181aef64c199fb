using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Procedures;

/// <summary>Takes the sizes that a model leaves open, rows and columns of an image for example, from the samples.</summary>
internal static class DataShapes
{
    /// <param name="options">Shapes that stand here already are kept.</param>
    /// <param name="model">The model.</param>
    /// <param name="data">The samples.</param>
    /// <param name="labelField">The field of the labels.</param>
    public static TrainingOptions Complete(TrainingOptions options, ModelProto model, IBatchSource data, string labelField)
    {
        HashSet<string> initializers = [.. model.Graph.Initializer.Select(tensor => tensor.Name)];
        ValueInfoProto[] inputs = [.. model.Graph.Input.Where(input => !initializers.Contains(input.Name))];
        BatchField[] fields = [.. data.Fields.Where(field => field.Name != labelField || data.Fields.Count == 1)];
        Dictionary<string, long[]> shapes = new(options.InputShapes);
        foreach (ValueInfoProto input in inputs.Where(input => IsOpen(input) && !shapes.ContainsKey(input.Name)))
        {
            BatchField? field = inputs.Length == 1 && fields.Length == 1 ? fields[0] : fields.FirstOrDefault(field => field.Name == input.Name);
            if (field is not null)
                shapes[input.Name] = [options.BatchSize, .. field.SampleShape.Dimensions];
        }

        return options with { InputShapes = shapes };
    }

    private static bool IsOpen(ValueInfoProto input) => input.Type?.TensorType is { } tensor
        && (tensor.Shape is null || tensor.Shape.Dim.Skip(1).Any(dimension => !dimension.HasDimValue || dimension.DimValue <= 0));
}
