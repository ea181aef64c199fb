using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Procedures;

/// <summary>Makes labels of a model's own outputs, so that a compressed model can be trained to agree with it on samples without labels.</summary>
public static class Distillation
{
    /// <summary>Runs a model on samples and keeps its logits as their labels, for <see cref="Loss.Distillation"/>.</summary>
    /// <param name="teacher">The uncompressed model.</param>
    /// <param name="data">The samples: a field for each input of the model; others, labels for example, are dropped.</param>
    /// <param name="options">The batch size and threads; the defaults where null. The field of the labels is named <see cref="RunOptions.LabelField"/>.</param>
    /// <returns>The inputs, in memory, with the logits of each sample.</returns>
    /// <exception cref="ArgumentException">The data does not fit the model, or has no sample.</exception>
    /// <exception cref="NotSupportedException">A node of the model has no gradient rule, or an input is not of floats.</exception>
    public static ArrayBatchSource Label(ModelProto teacher, IBatchSource data, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new RunOptions();
        if (data.Count == 0)
            throw new ArgumentException("There is no sample to label.", nameof(data));
        using TrainingSession session = new(
            TrainingModel.Build(teacher, DataShapes.Complete(options.ForModel(), teacher, data, options.LabelField) with { Loss = Loss.Distillation() }), new SessionSettings { Threads = options.Threads });
        bool hasLabels = data.Fields.Count == 2 && session.Model.Inputs.Count == 1 && data.Fields.Any(field => field.Name == options.LabelField);
        int[] inputs = [.. Enumerable.Range(0, data.Fields.Count).Where(i => !hasLabels || data.Fields[i].Name != options.LabelField)];
        if (inputs.FirstOrDefault(i => data.Fields[i].Type != FieldType.Float32, -1) is >= 0 and int other)
            throw new NotSupportedException($"The field '{data.Fields[other].Name}' holds {data.Fields[other].Type}; samples of floats can be labelled.");

        BatchFeeder feeder = new(session, hasLabels ? new FieldsSource(data, inputs) : data, labelField: null);
        int size = feeder.Batch.Size, classes = session.Logits.Length / size;
        float[] logits = new float[data.Count * classes];
        float[][] values = [.. inputs.Select(i => new float[data.Count * data.Fields[i].SampleShape.Length])];
        for (int start = 0; start < data.Count; start += size)
        {
            int count = Math.Min(size, data.Count - start);
            feeder.Read([.. Enumerable.Range(start, count)]);
            feeder.Feed();
            session.Evaluate(count);
            session.Logits[..(count * classes)].CopyTo(logits.AsSpan(start * classes));
            for (int i = 0; i < inputs.Length; i++)
            {
                int length = data.Fields[inputs[i]].SampleShape.Length;
                feeder.Batch.GetFloats(i).AsSpan(0, count * length).CopyTo(values[i].AsSpan(start * length));
            }
        }

        long[] shape = [.. session.Model.Labels.Shape.Skip(1)];
        return new ArrayBatchSource(
            [.. inputs.Select((field, i) => ArrayColumn.Floats(data.Fields[field].Name, data.Fields[field].SampleShape, values[i])), ArrayColumn.Floats(options.LabelField, new TensorShape(shape), logits)]);
    }
}
