namespace DeepCompression.Training;

/// <summary>The sizes of one update.</summary>
/// <param name="LearningRate">The learning rate of the weight.</param>
/// <param name="GradientScale">What the gradient is multiplied by: less than 1 where gradients are clipped.</param>
/// <param name="L1">What the sign of a weight adds to its gradient.</param>
/// <param name="L2">What a weight adds to its gradient, times the weight.</param>
/// <param name="Number">The number of the step, from 1.</param>
internal readonly record struct UpdateStep(float LearningRate, float GradientScale, float L1, float L2, long Number);
