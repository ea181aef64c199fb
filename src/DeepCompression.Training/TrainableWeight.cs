namespace DeepCompression.Training;

/// <summary>A weight of a training graph: an input of the graph, whose gradient is an output.</summary>
/// <param name="Name">The name of the weight in the model and of the graph's input.</param>
/// <param name="Shape">The shape of the weight.</param>
/// <param name="Gradient">The name of the graph's output that is the gradient of the mean loss by this weight; same shape.</param>
public sealed record TrainableWeight(string Name, TensorShape Shape, string Gradient);
