using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>What a gradient rule sees of one node, and where it puts the gradients of the node's inputs.</summary>
/// <param name="graph">The graph that takes the nodes of the gradient.</param>
/// <param name="node">The node of the forward graph. A rule may give it further outputs.</param>
/// <param name="outputGradients">The gradient of each output; null where none reaches it.</param>
internal sealed class GradientContext(GraphBuilder graph, NodeProto node, string?[] outputGradients)
{
    public GraphBuilder G => graph;

    public NodeProto Node => node;

    /// <summary>What the rule gave: gradients of values that the node reads.</summary>
    public List<(string Value, string Gradient)> Given { get; } = [];

    /// <summary>The first input.</summary>
    public string X => node.Input[0];

    /// <summary>The second input.</summary>
    public string W => node.Input[1];

    /// <summary>The first output.</summary>
    public string Y => node.Output[0];

    /// <summary>The gradient of the first output.</summary>
    public string Dy => outputGradients[0] ?? throw new NotSupportedException($"{node.Describe()}: a gradient reaches another output than the first; the rule differentiates only that.");

    public long[] XShape => graph.Shape(X);

    public long[] YShape => graph.Shape(Y);

    public int Rank => XShape.Length;

    /// <summary>The gradient of an output, or null.</summary>
    public string? OutputGradient(int index) => index < outputGradients.Length ? outputGradients[index] : null;

    public bool Has(int input) => node.In(input).Length > 0;

    /// <summary>Whether an input holds floating-point numbers of the type that is differentiated.</summary>
    public bool IsDifferentiable(int input) => Has(input) && graph.Type(node.Input[input]).ElementType == TensorProtos.Float;

    /// <summary>Sets the gradient of an input; it has the shape of the input.</summary>
    public void Give(int input, string gradient) => Given.Add((node.Input[input], gradient));

    /// <summary>Sets the gradient of an input from one of the output's shape: the sum over the axes along which the input was broadcast.</summary>
    public void GiveSummed(int input, string gradient) => Give(input, graph.SumTo(gradient, YShape, graph.Shape(node.Input[input])));

    /// <summary>The contents of an int64 input that must be constant.</summary>
    public long[] ConstantInts(int input) =>
        graph.Constants.TryGetValue(node.In(input), out TensorProto? tensor)
            ? TensorProtos.ReadInt64s(tensor)
            : throw new NotSupportedException($"{node.Describe()}: input {input} depends on the data; only a constant can be differentiated through.");

    /// <summary>The contents of a float input that must be constant.</summary>
    public float[] ConstantFloats(int input) =>
        graph.Constants.TryGetValue(node.In(input), out TensorProto? tensor)
            ? TensorProtos.ReadSingles(tensor)
            : throw new NotSupportedException($"{node.Describe()}: input {input} depends on the data; only a constant can be differentiated through.");

    /// <summary>The contents of a scalar float input that must be constant, or null where there is none.</summary>
    public float? ConstantFloat(int input) => Has(input) ? ConstantFloats(input)[0] : null;

    public NotSupportedException NotSupported(string what) => new($"{node.Describe()}: {what}");
}
