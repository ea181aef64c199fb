using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>Brings the tensors of a sample and the declared inputs of a model together.</summary>
public static class InputBinding
{
    /// <summary>
    /// Gives every declared input its tensor: by name where all tensors are named like inputs, else in order. Numbers of another width
    /// of the same kind (float64 from NumPy for a float32 input, int32 for int64) are converted. Where the model wants a first
    /// dimension of 1 and the tensors have a longer one, the sample becomes several.
    /// </summary>
    /// <param name="inputs">What the model declares.</param>
    /// <param name="sample">The tensors.</param>
    /// <returns>Samples whose tensors are in the order of <paramref name="inputs"/> and fit them.</returns>
    /// <exception cref="InvalidDataException">A tensor is missing, or its type or shape does not fit the input.</exception>
    public static IReadOnlyList<InputSample> Bind(IReadOnlyList<InputDeclaration> inputs, InputSample sample)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(sample);
        TensorValue[] tensors = [.. Match(inputs, sample).Select((t, i) => Convert(inputs[i], t, sample.Source))];

        int parts = CountParts(inputs, tensors);
        if (parts == 1)
        {
            CheckShapes(inputs, tensors, sample.Source);
            return [sample with { Tensors = tensors }];
        }

        var samples = new List<InputSample>(parts);
        for (int part = 0; part < parts; part++)
        {
            TensorValue[] slices = [.. tensors.Select(t => Slice(t, part))];
            CheckShapes(inputs, slices, sample.Source);
            samples.Add(new InputSample($"{sample.Source} [{part}]", slices));
        }

        return samples;
    }

    private static IEnumerable<TensorValue> Match(IReadOnlyList<InputDeclaration> inputs, InputSample sample)
    {
        Dictionary<string, TensorValue> byName = [];
        foreach (TensorValue tensor in sample.Tensors)
            byName.TryAdd(tensor.Name, tensor);
        if (inputs.All(i => byName.ContainsKey(i.Name)))
            return inputs.Select(i => byName[i.Name]);
        if (sample.Tensors.Count == inputs.Count)
            return inputs.Select((input, i) => sample.Tensors[i].WithName(input.Name));

        string wanted = string.Join(", ", inputs.Select(i => $"'{i.Name}'"));
        throw new InvalidDataException($"{sample.Source}: the model wants {inputs.Count} inputs ({wanted}); found {sample.Tensors.Count} tensors.");
    }

    private static TensorValue Convert(InputDeclaration input, TensorValue tensor, string source)
    {
        if (tensor.ElementType == input.ElementType)
            return tensor;
        if (TensorElements.IsFloat(tensor.ElementType) != TensorElements.IsFloat(input.ElementType)
            || tensor.ElementType == TensorElementType.Bool || input.ElementType == TensorElementType.Bool)
            throw new InvalidDataException($"{source}: input '{input.Name}' is of {input.ElementType}; found {tensor.ElementType}.");

        int size = TensorElements.GetSize(input.ElementType);
        var bytes = new byte[checked(tensor.Length * size)];
        double[] values = tensor.ToDoubles();
        try
        {
            for (int i = 0; i < values.Length; i++)
                TensorElements.Write(input.ElementType, values[i], bytes.AsSpan(i * size));
        }
        catch (OverflowException)
        {
            throw new InvalidDataException($"{source}: input '{input.Name}' is of {input.ElementType}, which does not hold a value of the {tensor.ElementType} tensor.");
        }

        return new TensorValue(tensor.Name, input.ElementType, tensor.Shape.AsSpan(), bytes);
    }

    // A stack of samples for a model that takes one at a time: every tensor has the same longer first dimension where 1 is declared.
    private static int CountParts(IReadOnlyList<InputDeclaration> inputs, TensorValue[] tensors)
    {
        if (tensors.Length == 0 || tensors.Any(t => t.Shape.Length == 0))
            return 1;
        long first = tensors[0].Shape[0];
        bool stacked = first > 1 && inputs.Zip(tensors).All(p =>
            p.First.Shape.Length == p.Second.Shape.Length && p.First.Shape[0] == 1 && p.Second.Shape[0] == first);
        return stacked ? checked((int)first) : 1;
    }

    private static TensorValue Slice(TensorValue tensor, int part)
    {
        int stride = tensor.Bytes.Length / (int)tensor.Shape[0];
        return new TensorValue(tensor.Name, tensor.ElementType, [1, .. tensor.Shape[1..]], tensor.Bytes.Slice(part * stride, stride));
    }

    private static void CheckShapes(IReadOnlyList<InputDeclaration> inputs, TensorValue[] tensors, string source)
    {
        foreach ((InputDeclaration input, TensorValue tensor) in inputs.Zip(tensors))
        {
            bool fits = input.Shape.Length == tensor.Shape.Length
                && input.Shape.Zip(tensor.Shape).All(d => d.First < 0 || d.First == d.Second);
            if (!fits)
                throw new InvalidDataException($"{source}: the model wants {input}; found a tensor of shape {new TensorShape(tensor.Shape.AsSpan())}.");
        }
    }
}
