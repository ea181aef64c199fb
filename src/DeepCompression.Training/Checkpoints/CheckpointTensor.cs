namespace DeepCompression.Training.Checkpoints;

/// <summary>Numbers of a checkpoint under a name.</summary>
/// <param name="Name">The name, unique in the checkpoint, for example <c>weight/fc1.weight</c>.</param>
/// <param name="ElementSize">Bytes an element: 1 for masks and codes, 4 for weights and optimizer state.</param>
/// <param name="Values">The elements, little-endian.</param>
public sealed record CheckpointTensor(string Name, int ElementSize, ReadOnlyMemory<byte> Values);
