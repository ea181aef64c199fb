using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Makes intermediate float32 values of the model's graph outputs, so that a runtime returns them.</summary>
/// <param name="names">The names of the values. Those that are outputs or inputs already are left alone.</param>
public sealed class ExposeOutputsPass(IReadOnlyCollection<string> names) : IModelPass
{
    /// <inheritdoc/>
    public string Name => "expose outputs";

    /// <inheritdoc/>
    public PassResult Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        OnnxModel copy = model.Clone();
        GraphProto graph = copy.Proto.Graph;
        HashSet<string> values = [.. graph.Node.SelectMany(node => node.Output)], outputs = [.. graph.Output.Select(output => output.Name)];
        List<PassNote> changed = [], skipped = [];
        foreach (string name in names)
        {
            if (!values.Contains(name) || !outputs.Add(name))
            {
                skipped.Add(new PassNote(name, "it is no intermediate value of the model's graph"));
                continue;
            }

            graph.Output.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float32 } } });
            changed.Add(new PassNote(name, "is an output"));
        }

        return new PassResult(copy, changed, skipped);
    }
}
