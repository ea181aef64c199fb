namespace DeepCompression.Training.Graphs;

/// <summary>The running statistics of a BatchNormalization: inputs of the graph, and what each batch gives.</summary>
internal sealed record RunningStatistics(string Mean, string Variance, string BatchMean, string BatchVariance, float Momentum);
