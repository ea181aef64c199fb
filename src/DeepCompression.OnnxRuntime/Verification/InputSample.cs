namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>What one run of a model is fed with.</summary>
/// <param name="Source">Where the tensors come from, for messages: a file, or the seed of random numbers.</param>
/// <param name="Tensors">The tensors, named like the model's inputs, or unnamed and in the order of the model's inputs.</param>
public sealed record InputSample(string Source, IReadOnlyList<TensorValue> Tensors);
