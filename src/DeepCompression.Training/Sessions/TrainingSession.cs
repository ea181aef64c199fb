using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;
using DeepCompression.Training.Sessions;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.Training;

/// <summary>
/// Trains a model step by step: ONNX Runtime computes the loss and the gradients, and the weights move in place in the memory that
/// the runtime reads. Not safe for several threads at once; a step uses several threads itself.
/// </summary>
/// <example><code>
/// using TrainingSession session = new(TrainingModel.Build(model));
/// images.CopyTo(session.Input&lt;float&gt;("data"));
/// labels.CopyTo(session.Labels&lt;long&gt;());
/// StepResult result = session.Step(learningRate: 0.05f);
/// </code></example>
public sealed class TrainingSession : IDisposable
{
    private readonly SessionSettings _settings;
    private readonly Dictionary<string, TensorBuffer> _inputs = [];
    private readonly Dictionary<string, TrainedWeight> _weights = [];
    private readonly Dictionary<string, TensorBuffer> _constants = [];
    private readonly TensorBuffer _labels;
    private readonly TensorBuffer _loss;
    private readonly TensorBuffer _logits;
    private readonly List<TensorBuffer> _masks = [];
    private readonly List<(TensorBuffer Running, TensorBuffer Batch, float Momentum)> _statistics = [];
    private readonly int _threads;
    private readonly BoundGraph _training;
    private BoundGraph? _evaluation;

    /// <summary>Compiles the graphs and takes the weights of the model.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="settings">How; the defaults where null.</param>
    /// <exception cref="OnnxRuntimeException">The runtime does not run the training graph.</exception>
    /// <exception cref="ArgumentException">A weight that <see cref="TrainingOptions.Form"/> calls shared has more than 256 distinct values.</exception>
    public TrainingSession(TrainingModel model, SessionSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        _settings = settings ?? new SessionSettings();
        _threads = _settings.Threads > 0 ? _settings.Threads : Environment.ProcessorCount;
        foreach (TrainingInput input in model.Inputs)
            _inputs.Add(input.Name, new TensorBuffer(input.Type));
        _labels = new TensorBuffer(model.Labels.Type);
        _loss = new TensorBuffer(new TensorType(TensorProtos.Float, []));
        _logits = new TensorBuffer(model.LogitsType);
        foreach (TrainableWeight weight in model.Weights)
            _weights.Add(weight.Name, new TrainedWeight(weight, TensorProtos.ReadSingles(model.Initial[weight.Name]), _settings.Optimizer, _threads));
        foreach ((string name, TensorProto tensor) in model.Initial.Where(pair => !_weights.ContainsKey(pair.Key)))
        {
            TensorBuffer buffer = new(new TensorType(tensor.DataType, [.. tensor.Dims]));
            TensorProtos.ReadSingles(tensor).CopyTo(buffer.Span<float>());
            _constants.Add(name, buffer);
        }

        Weights = [.. model.Weights.Select(weight => _weights[weight.Name])];
        foreach (TrainedWeight weight in Weights)
            weight.TakeForm(model.Options.Form(weight.Name));
        _training = new BoundGraph(model.Training, _threads);
        BindInputs(_training);
        _training.BindOutput(TrainingModel.LossName, _loss);
        _training.BindOutput(model.Logits, _logits);
        foreach (TrainedWeight weight in Weights)
            _training.BindOutput(weight.Description.Gradient, weight.GradientBuffer);
        foreach (DropoutMask mask in model.Mode.Masks)
            _masks.Add(_training.BindInput(mask.Name, new TensorBuffer(mask.Type)));
        foreach (RunningStatistics statistics in model.Mode.Statistics)
        {
            AddStatistics(statistics.Mean, statistics.BatchMean, statistics.Momentum);
            AddStatistics(statistics.Variance, statistics.BatchVariance, statistics.Momentum);
        }
    }

    /// <summary>What is trained.</summary>
    public TrainingModel Model { get; }

    /// <summary>The weights, in the order of the nodes that use them.</summary>
    public IReadOnlyList<TrainedWeight> Weights { get; }

    /// <summary>The running statistics of BatchNormalization nodes, by the names of the model's initializers. For checkpoints.</summary>
    public IReadOnlyCollection<string> Statistics => [.. Model.Mode.Statistics.SelectMany(statistics => new[] { statistics.Mean, statistics.Variance })];

    /// <summary>Steps so far. A checkpoint keeps it, and who resumes sets it: dropout masks and Adam's corrections depend on it.</summary>
    public long StepCount { get; set; }

    /// <summary>The outputs that the loss read in the last step or evaluation, row-major.</summary>
    public ReadOnlySpan<float> Logits => _logits.Span<float>();

    /// <summary>A weight by its name in the model.</summary>
    /// <param name="name">The name of an initializer.</param>
    /// <exception cref="KeyNotFoundException">No trained weight has that name.</exception>
    public TrainedWeight this[string name] => _weights.TryGetValue(name, out TrainedWeight? weight)
        ? weight
        : throw new KeyNotFoundException($"There is no trained weight '{name}'.");

    /// <summary>The memory of an input: what is written here is what the next step or evaluation reads.</summary>
    /// <typeparam name="T">The type of an element.</typeparam>
    /// <param name="name">The name of the input; the model's only one where null.</param>
    /// <returns>The elements, row-major, batch first as the model defines it.</returns>
    /// <exception cref="ArgumentException">There is no such input, or its elements are of another type.</exception>
    public Span<T> Input<T>(string? name = null)
        where T : unmanaged
    {
        if (name is null && _inputs.Count == 1)
            return _inputs.Values.First().Span<T>();
        return _inputs.TryGetValue(name ?? "", out TensorBuffer? buffer)
            ? buffer.Span<T>()
            : throw new ArgumentException($"There is no input '{name}'; there are {string.Join(", ", _inputs.Keys)}.", nameof(name));
    }

    internal Span<byte> InputBytes(string name) => _inputs.TryGetValue(name, out TensorBuffer? buffer)
        ? buffer.Bytes
        : throw new ArgumentException($"There is no input '{name}'; there are {string.Join(", ", _inputs.Keys)}.", nameof(name));

    /// <summary>The memory of the labels.</summary>
    /// <typeparam name="T">The type of a label, as the loss defines it.</typeparam>
    /// <returns>The labels, row-major.</returns>
    /// <exception cref="ArgumentException">Labels are of another type.</exception>
    public Span<T> Labels<T>()
        where T : unmanaged => _labels.Span<T>();

    /// <summary>A running statistic of a BatchNormalization node, in place.</summary>
    /// <param name="name">One of <see cref="Statistics"/>.</param>
    /// <returns>One value a channel.</returns>
    /// <exception cref="KeyNotFoundException">There is no such statistic.</exception>
    public Span<float> Statistic(string name) => _constants[name].Span<float>();

    /// <summary>Computes the loss and all gradients of the batch in the inputs, and moves no weight.</summary>
    /// <returns>What was found.</returns>
    public StepResult ComputeGradients()
    {
        for (int i = 0; i < _masks.Count; i++)
            DropoutNoise.Fill(_masks[i].Vectors, Model.Mode.Masks[i].Ratio, _settings.Seed, StepCount, i);
        _training.Run();
        return new StepResult(_loss.Span<float>()[0], Model.Options.Loss.CountCorrect(Logits, Classes, _labels.Bytes));
    }

    /// <summary>Computes the loss and all gradients of the batch in the inputs, and moves the weights.</summary>
    /// <param name="learningRate">The size of the step.</param>
    /// <returns>What was found before the weights moved. Where the loss is not a finite number, no weight has moved.</returns>
    public StepResult Step(float learningRate)
    {
        StepResult result = ComputeGradients();
        if (float.IsFinite(result.Loss))
            ApplyGradients(learningRate);
        return result;
    }

    /// <summary>Moves the weights by the gradients of the last <see cref="ComputeGradients"/>.</summary>
    /// <param name="learningRate">The size of the step.</param>
    public void ApplyGradients(float learningRate)
    {
        StepCount++;
        UpdateStep step = new(learningRate, GradientScale(), 0, 0, StepCount);
        foreach (TrainedWeight weight in Weights)
        {
            if (!weight.IsFrozen)
                weight.Update(step);
        }

        foreach ((TensorBuffer running, TensorBuffer batch, float momentum) in _statistics)
        {
            Span<float> values = running.Span<float>();
            ReadOnlySpan<float> seen = batch.Span<float>();
            for (int i = 0; i < values.Length; i++)
                values[i] = (momentum * values[i]) + ((1 - momentum) * seen[i]);
        }
    }

    /// <summary>Computes the loss of the batch in the inputs as at inference: no dropout, running statistics.</summary>
    /// <param name="samples">Samples to count, from the first; the whole batch where null. The rest of the batch is computed and not counted.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="samples"/> is less than 1 or more than the batch.</exception>
    public EvaluationResult Evaluate(int? samples = null)
    {
        int batch = (int)_logits.Type.Shape[0];
        int counted = samples ?? batch;
        ArgumentOutOfRangeException.ThrowIfLessThan(counted, 1, nameof(samples));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(counted, batch, nameof(samples));
        if (_evaluation is null)
        {
            _evaluation = new BoundGraph(Model.Evaluation, _threads);
            BindInputs(_evaluation);
            _evaluation.BindOutput(Model.Logits, _logits);
            _evaluation.BindOutput(TrainingModel.SamplesName);
        }

        ReadOnlySpan<float> losses = _evaluation.RunAndRead(TrainingModel.SamplesName);
        losses = losses[..(losses.Length / batch * counted)];
        double sum = 0;
        foreach (float loss in losses)
            sum += loss;
        ReadOnlySpan<byte> labels = _labels.Bytes[..(_labels.Bytes.Length / batch * counted)];
        return new EvaluationResult(sum, losses.Length, Model.Options.Loss.CountCorrect(Logits, Classes, labels));
    }

    /// <summary>The model with the weights and running statistics as they are now.</summary>
    /// <returns>A copy of <see cref="TrainingModel.Source"/> in which nothing else has changed.</returns>
    public ModelProto ExportModel()
    {
        ModelProto model = Model.Source.Clone();
        foreach (TensorProto tensor in model.Graph.Initializer)
            Export(tensor, tensor.Name);
        foreach (NodeProto node in model.Graph.Node.Where(node => node.OpType == "Constant"))
        {
            if (node.Find("value") is { } attribute)
                Export(attribute.T, node.Output[0]);
        }

        return model;
    }

    /// <summary>Releases the sessions and the memory shared with them.</summary>
    public void Dispose()
    {
        _training.Dispose();
        _evaluation?.Dispose();
        foreach (TrainedWeight weight in Weights)
            weight.Dispose();
        foreach (TensorBuffer buffer in _inputs.Values.Concat(_constants.Values).Concat(_masks).Concat(_statistics.Select(pair => pair.Batch)))
            buffer.Dispose();
        _labels.Dispose();
        _loss.Dispose();
        _logits.Dispose();
    }

    private int Classes => (int)_logits.Type.Shape[^1];

    private void BindInputs(BoundGraph graph)
    {
        foreach ((string name, TensorBuffer buffer) in _inputs.Append(new(TrainingModel.LabelsName, _labels)).Concat(_constants))
            graph.BindInput(name, buffer);
        foreach (TrainedWeight weight in Weights)
            graph.BindInput(weight.Name, weight.ValueBuffer);
    }

    private void AddStatistics(string running, string batch, float momentum)
    {
        TensorBuffer found = new(_constants[running].Type);
        _training.BindOutput(batch, found);
        _statistics.Add((_constants[running], found, momentum));
    }

    private float GradientScale()
    {
        if (_settings.MaxGradientNorm is not float limit)
            return 1;
        double squares = 0;
        foreach (TrainedWeight weight in Weights.Where(weight => !weight.IsFrozen))
            squares += weight.GradientSquares();
        double norm = Math.Sqrt(squares);
        return norm > limit ? (float)(limit / norm) : 1;
    }

    private void Export(TensorProto tensor, string name)
    {
        ReadOnlySpan<byte> bytes = _weights.TryGetValue(name, out TrainedWeight? weight) ? weight.ValueBuffer.Bytes
            : _constants.TryGetValue(name, out TensorBuffer? constant) ? constant.Bytes : default;
        if (bytes.IsEmpty)
            return;
        tensor.FloatData.Clear();
        tensor.RawData = ByteString.CopyFrom(bytes);
    }
}
