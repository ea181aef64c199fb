namespace DeepCompression.Training.Graphs;

/// <summary>The mask of a Dropout: an input of the graph, 0 with the ratio's probability and otherwise 1 / (1 - ratio).</summary>
internal sealed record DropoutMask(string Name, TensorType Type, float Ratio);
