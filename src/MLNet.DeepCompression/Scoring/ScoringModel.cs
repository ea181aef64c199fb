using System.Collections.Immutable;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Scoring;

/// <summary>A session and the columns that its inputs and outputs are bound to. Runs may be concurrent.</summary>
internal sealed class ScoringModel : IDisposable
{
    private readonly RunOptions _runOptions = new();

    private ScoringModel(InferenceSession session, ImmutableArray<TensorBinding> inputs, ImmutableArray<TensorBinding> outputs)
    {
        (Session, Inputs, Outputs) = (session, inputs, outputs);
        IsBatchable = inputs.All(input => input.IsBatched) && outputs.All(output => output.IsBatched);
    }

    public InferenceSession Session { get; }

    public ImmutableArray<TensorBinding> Inputs { get; }

    public ImmutableArray<TensorBinding> Outputs { get; }

    /// <summary>Whether several rows can be scored by one run.</summary>
    public bool IsBatchable { get; }

    /// <summary>Binds columns to the tensors of a session, which the model then owns.</summary>
    /// <exception cref="ArgumentException">A column cannot be bound: no such tensor, too many columns, or a type that ML.NET has no column for.</exception>
    public static ScoringModel Bind(InferenceSession session, IReadOnlyList<string> outputColumns, IReadOnlyList<string> inputColumns, IReadOnlyDictionary<string, int[]>? shapes)
    {
        // A first dimension counts rows only if it does so for every input and output.
        bool batched = session.InputMetadata.Values.Concat(session.OutputMetadata.Values)
            .All(tensor => tensor.IsTensor && tensor.Dimensions.Length > 0 && tensor.Dimensions[0] < 0);
        batched &= shapes is null || session.InputMetadata.Keys.All(name => !shapes.TryGetValue(name, out int[]? shape) || shape is [< 0, ..]);
        return new ScoringModel(
            session,
            Bind("input", session.InputNames, session.InputMetadata, inputColumns, shapes, batched),
            Bind("output", session.OutputNames, session.OutputMetadata, outputColumns, shapes, batched));
    }

    /// <summary>Runs the model; the caller disposes what it returns.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string> outputNames) =>
        Session.Run(_runOptions, inputNames, inputs, outputNames);

    public void Dispose()
    {
        Session.Dispose();
        _runOptions.Dispose();
    }

    private static ImmutableArray<TensorBinding> Bind(
        string kind,
        IReadOnlyList<string> names,
        IReadOnlyDictionary<string, NodeMetadata> metadata,
        IReadOnlyList<string> columns,
        IReadOnlyDictionary<string, int[]>? shapes,
        bool batched)
    {
        if (columns.Count == 0)
            columns = names;
        if (kind == "input" && columns.Count != names.Count)
            throw new ArgumentException($"The model has {names.Count} inputs ({string.Join(", ", names)}); found {columns.Count} input columns ({string.Join(", ", columns)}).");
        if (columns.Count > names.Count)
            throw new ArgumentException($"The model has {names.Count} {kind}s ({string.Join(", ", names)}); found {columns.Count} {kind} columns ({string.Join(", ", columns)}).");

        // A column is bound to the tensor of its name; where no column bears a tensor's name, in the model's order.
        bool byName = columns.All(names.Contains);
        if (!byName && columns.Any(names.Contains))
            throw new ArgumentException($"Some {kind} columns bear a tensor's name and some do not: columns {string.Join(", ", columns)}; tensors {string.Join(", ", names)}.");

        ImmutableArray<TensorBinding>.Builder bindings = ImmutableArray.CreateBuilder<TensorBinding>(columns.Count);
        for (int i = 0; i < columns.Count; i++)
        {
            string tensor = byName ? columns[i] : names[i];
            NodeMetadata node = metadata[tensor];
            PrimitiveDataViewType item = (node.IsTensor ? TensorTypes.ItemTypeOf(node.ElementDataType) : null)
                ?? throw new ArgumentException($"Column '{columns[i]}': {kind} '{tensor}' is a {(node.IsTensor ? node.ElementDataType + " tensor" : node.OnnxValueType)}, which no column type stands for.");
            int[] dimensions = shapes?.GetValueOrDefault(tensor) ?? node.Dimensions;
            if (dimensions.Length != node.Dimensions.Length)
                throw new ArgumentException($"Column '{columns[i]}': {kind} '{tensor}' has {node.Dimensions.Length} dimensions; the shape given has {dimensions.Length}.");
            TensorBinding binding = new(columns[i], tensor, item, [.. dimensions], batched);
            if (kind == "input" && binding.RowDimensions.Count(-1) > 1)
                throw new ArgumentException($"Column '{columns[i]}': input '{tensor}' of shape [{binding.Describe()}] leaves more than one dimension open; give its shape.");
            bindings.Add(binding);
        }

        return bindings.MoveToImmutable();
    }
}
