using DeepCompression.Training.Graphs;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.Training;

/// <summary>An input of a training graph that changes with every step: data or labels.</summary>
public sealed class TrainingInput
{
    internal TrainingInput(string name, TensorType type)
    {
        Name = name;
        Type = type;
    }

    /// <summary>The name of the graph's input.</summary>
    public string Name { get; }

    /// <summary>The type of an element.</summary>
    public TensorElementType ElementType => (TensorElementType)Type.ElementType;

    /// <summary>The whole shape, batch included.</summary>
    public IReadOnlyList<long> Shape => Type.Shape;

    internal TensorType Type { get; }
}
