using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Gradients;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training;

/// <summary>
/// A model with what is needed to train it, as two ordinary ONNX graphs: one that computes the loss and the gradient of every
/// weight, and one that computes the loss alone. In both, weights are inputs.
/// </summary>
public sealed class TrainingModel
{
    internal const string LossName = "train/loss";
    internal const string SamplesName = "train/sample_losses";
    internal const string LabelsName = "train/labels";

    private TrainingModel(ModelProto source, TrainingOptions options)
    {
        Source = source;
        Options = options;
    }

    /// <summary>The model that is trained.</summary>
    public ModelProto Source { get; }

    /// <summary>What it is trained for.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Forward, loss and backward: inputs are data, labels, weights and dropout masks; outputs are the loss, the logits, gradients and batch statistics.</summary>
    public ModelProto Training { get; private init; } = null!;

    /// <summary>Forward and the loss of each sample, as at inference.</summary>
    public ModelProto Evaluation { get; private init; } = null!;

    /// <summary>What is fed with every step, without the labels.</summary>
    public IReadOnlyList<TrainingInput> Inputs { get; private init; } = null!;

    /// <summary>The labels, as the loss defines them.</summary>
    public TrainingInput Labels { get; private init; } = null!;

    /// <summary>The weights, in the order of the nodes that use them.</summary>
    public IReadOnlyList<TrainableWeight> Weights { get; private init; } = null!;

    internal string Logits { get; private init; } = null!;

    internal TensorType LogitsType { get; private init; }

    internal TrainingMode Mode { get; private init; } = null!;

    internal IReadOnlyDictionary<string, TensorProto> Initial { get; private init; } = null!;

    /// <summary>Differentiates a model.</summary>
    /// <param name="model">A whole float32 model, its initializers inside it.</param>
    /// <param name="options">What it is trained for; the defaults where null.</param>
    /// <returns>The graphs, and what they are fed.</returns>
    /// <exception cref="NotSupportedException">A node between a weight and the loss has no gradient rule; the message names it.</exception>
    /// <exception cref="ArgumentException">An input's shape is not known, there is no such output, or no weight can be trained.</exception>
    /// <exception cref="InvalidDataException">The model is damaged, or keeps weights in another file.</exception>
    public static TrainingModel Build(ModelProto model, TrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new TrainingOptions();
        ForwardGraph forward = ForwardGraph.Prepare(model, options.BatchSize, options.InputShapes, options.IsTrainable);
        string logits = Flat(forward.Builder, FindLogits(forward, options));
        TensorType logitsType = forward.Builder.Type(logits);
        TensorType labelType = options.Loss.LabelType(logitsType);
        forward.Builder.Types[LabelsName] = labelType;

        GraphBuilder training = forward.Builder.Clone();
        TrainingMode mode = TrainingMode.Apply(training, options.NormalizeByBatch);
        (string samples, string seed) = options.Loss.Build(training, logits, LabelsName);
        training.Publish(training.Op("ReduceMean", [samples], [("keepdims", 0L)]), LossName, new TensorType(TensorProtos.Float, []));
        Dictionary<string, string> gradients = Differentiator.Differentiate(training, new Dictionary<string, string> { [logits] = seed }, [.. forward.Weights.Keys]);
        if (gradients.Count == 0)
            throw new ArgumentException($"No weight of the model leads to output '{logits}'; there is nothing to train.", nameof(model));

        TrainableWeight[] weights = [.. forward.Weights.Keys.Where(gradients.ContainsKey).Select(name => Weight(training, forward, name, gradients[name]))];
        List<KeyValuePair<string, TensorType>> inputs = [.. forward.Inputs, new(LabelsName, labelType), .. mode.Masks.Select(mask => new KeyValuePair<string, TensorType>(mask.Name, mask.Type))];
        IEnumerable<KeyValuePair<string, TensorType>> variables = forward.Weights.Keys.Concat(mode.Statistics.SelectMany(s => new[] { s.Mean, s.Variance }))
            .Distinct().Select(name => new KeyValuePair<string, TensorType>(name, forward.Builder.Type(name))).ToArray();
        string[] outputs = [LossName, logits, .. weights.Select(weight => weight.Gradient), .. mode.Statistics.SelectMany(s => new[] { s.BatchMean, s.BatchVariance })];

        GraphBuilder evaluation = forward.Builder;
        (string evaluated, _) = options.Loss.Build(evaluation, logits, LabelsName);
        evaluation.Publish(evaluated, SamplesName, null);
        Dictionary<string, TensorProto> initial = new(forward.Weights);
        foreach (string name in mode.Statistics.SelectMany(s => new[] { s.Mean, s.Variance }))
        {
            initial[name] = evaluation.Constants[name];
            evaluation.Constants.Remove(name);
            training.Constants.Remove(name);
        }

        return new TrainingModel(model, options)
        {
            Training = ModelWriter.Write(training, "training", [.. inputs, .. variables], outputs, model),
            Evaluation = ModelWriter.Write(evaluation, "evaluation", [.. inputs, .. variables], [SamplesName, logits], model),
            Inputs = [.. forward.Inputs.Select(input => new TrainingInput(input.Key, input.Value))],
            Labels = new TrainingInput(LabelsName, labelType),
            Weights = weights,
            Logits = logits,
            LogitsType = logitsType,
            Mode = mode,
            Initial = initial,
        };
    }

    private static TrainableWeight Weight(GraphBuilder graph, ForwardGraph forward, string name, string gradient)
    {
        // A gradient may be another output's or another weight's too: each gets a name of its own.
        string output = $"train/gradient/{name}";
        graph.Publish(gradient, output, graph.Type(name));
        return new TrainableWeight(name, new TensorShape([.. forward.Weights[name].Dims]), output);
    }

    /// <summary>Classes may lie on the second axis with nothing but axes of size 1 behind it, as after a global pooling: they become the last axis.</summary>
    private static string Flat(GraphBuilder graph, string logits)
    {
        long[] shape = graph.Shape(logits);
        if (shape.Length < 3 || Shapes.Length(shape.AsSpan(2)) != 1)
            return logits;
        return graph.Known(graph.Reshape(logits, shape[0], shape[1]), shape[..2]);
    }

    private static string FindLogits(ForwardGraph forward, TrainingOptions options)
    {
        string output = options.Output ?? forward.Outputs[0];
        if (!forward.Outputs.Contains(output))
            throw new ArgumentException($"The model has no output '{output}'; it has {string.Join(", ", forward.Outputs)}.", nameof(options));
        NodeProto? last = forward.Builder.Nodes.Find(node => node.Output.Contains(output));
        if (last is null || last.OpType != options.Loss.FinalOperator || last.Domain.Length > 0)
            return output;
        int rank = forward.Builder.Shape(output).Length;
        bool isLastAxis = last.OpType != "Softmax" || Shapes.Axis(last.Int("axis", -1), rank) == rank - 1;
        return isLastAxis ? last.Input[0] : output;
    }
}
