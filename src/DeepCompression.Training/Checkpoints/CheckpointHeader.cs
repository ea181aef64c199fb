using System.Text.Json.Serialization;

namespace DeepCompression.Training.Checkpoints;

internal sealed record CheckpointHeader(SortedDictionary<string, string> Notes, IReadOnlyList<CheckpointEntry> Tensors);

internal sealed record CheckpointEntry(string Name, int ElementSize, int Bytes);

[JsonSerializable(typeof(CheckpointHeader))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
