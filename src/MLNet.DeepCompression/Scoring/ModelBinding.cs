using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>The columns that a model's inputs and outputs are bound to.</summary>
/// <param name="Inputs">One binding an input of the model.</param>
/// <param name="Outputs">One binding an output column.</param>
/// <param name="IsBatchable">Whether several rows can be scored by one run.</param>
internal sealed record ModelBinding(ImmutableArray<TensorBinding> Inputs, ImmutableArray<TensorBinding> Outputs, bool IsBatchable)
{
    /// <summary>The column of the class with the highest score, or null for none.</summary>
    public PredictedLabel? PredictedLabel { get; init; }

    /// <summary>Binds columns to the tensors of a model. Without names of columns, they are named as the tensors.</summary>
    /// <exception cref="ArgumentException">A column cannot be bound: no such tensor, too few or too many columns, or a type that no column has.</exception>
    public static ModelBinding Bind(ModelSignature signature, IReadOnlyList<string> outputColumns, IReadOnlyList<string> inputColumns, IReadOnlyDictionary<string, int[]>? shapes)
    {
        foreach (string name in shapes?.Keys ?? [])
        {
            if (!signature.Inputs.Any(tensor => tensor.Name == name))
                throw new ArgumentException($"A shape is given for '{name}', but the model's inputs are {Names(signature.Inputs)}.");
        }

        if (inputColumns.Count > 0 && inputColumns.Count != signature.Inputs.Length)
            throw new ArgumentException($"The model has {signature.Inputs.Length} inputs ({Names(signature.Inputs)}); found {inputColumns.Count} input columns ({string.Join(", ", inputColumns)}).");

        // A first dimension counts rows only if it is open for every input and output.
        ImmutableArray<TensorSignature> inputs = [.. signature.Inputs.Select(tensor => shapes?.GetValueOrDefault(tensor.Name) is { } shape ? tensor with { Dimensions = WithShape(tensor, shape) } : tensor)];
        bool batched = inputs.All(IsOpen) && signature.Outputs.All(tensor => tensor.Dimensions is null || IsOpen(tensor));
        return new ModelBinding(
            Bind("input", inputs, inputColumns, batched),
            Bind("output", signature.Outputs, outputColumns, batched),
            batched);
    }

    private static bool IsOpen(TensorSignature tensor) => tensor.Dimensions is [< 0, ..];

    private static ImmutableArray<TensorBinding> Bind(string kind, ImmutableArray<TensorSignature> tensors, IReadOnlyList<string> columns, bool batched)
    {
        if (columns.Count == 0)
            columns = [.. tensors.Select(tensor => tensor.Name)];
        if (columns.Count > tensors.Length)
            throw new ArgumentException($"The model has {tensors.Length} {kind}s ({Names(tensors)}); found {columns.Count} {kind} columns ({string.Join(", ", columns)}).");
        if (columns.Distinct().Count() != columns.Count)
            throw new ArgumentException($"The {kind} columns are not distinct: {string.Join(", ", columns)}.");

        // A column is bound to the tensor of its name; where no column bears a tensor's name, in the model's order.
        bool byName = columns.All(column => tensors.Any(tensor => tensor.Name == column));
        if (!byName && columns.Any(column => tensors.Any(tensor => tensor.Name == column)))
            throw new ArgumentException($"Some {kind} columns bear a tensor's name and some do not: columns {string.Join(", ", columns)}; tensors {Names(tensors)}.");
        return [.. columns.Select((column, i) => Bind(kind, byName ? tensors.First(tensor => tensor.Name == column) : tensors[i], column, batched))];
    }

    private static TensorBinding Bind(string kind, TensorSignature tensor, string column, bool batched)
    {
        PrimitiveDataViewType item = (tensor.ElementType is { } type ? TensorTypes.ItemTypeOf(type) : null)
            ?? throw new ArgumentException($"Column '{column}': {kind} '{tensor.Name}' is a {(tensor.ElementType is { } t ? t + " tensor" : "sequence or map")}, which no column type stands for.");

        // Nothing declared: any number of values, in one dimension beside the rows.
        TensorBinding binding = new(column, tensor.Name, item, [.. tensor.Dimensions ?? (batched ? [-1, -1] : [-1])], batched);
        if (kind == "input" && binding.RowDimensions.Count(-1) > 1)
            throw new ArgumentException($"Column '{column}': input '{tensor.Name}' of shape [{binding.Describe()}] leaves more than one dimension open; give its shape.");
        return binding;
    }

    private static int[] WithShape(TensorSignature tensor, int[] shape)
    {
        if (tensor.Dimensions is { } declared && (declared.Length != shape.Length || declared.Zip(shape).Any(pair => pair.First >= 0 && pair.Second >= 0 && pair.First != pair.Second)))
            throw new ArgumentException($"Input '{tensor.Name}' has the shape [{string.Join(", ", declared.Select(d => d < 0 ? "?" : $"{d}"))}]; the shape given is [{string.Join(", ", shape)}].");
        return shape;
    }

    private static string Names(ImmutableArray<TensorSignature> tensors) => string.Join(", ", tensors.Select(tensor => tensor.Name));
}
