namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>The elementwise function behind a claimed operator.</summary>
internal enum ActivationKind
{
    None,
    LeakyRelu, // Relu has the slope 0
    Clip,
}

/// <summary>An elementwise function with its constants.</summary>
/// <param name="Kind">Which function.</param>
/// <param name="Slope">Of <see cref="ActivationKind.LeakyRelu"/>.</param>
/// <param name="Minimum">Of <see cref="ActivationKind.Clip"/>.</param>
/// <param name="Maximum">Of <see cref="ActivationKind.Clip"/>.</param>
internal readonly record struct Activation(ActivationKind Kind, float Slope = 0, float Minimum = 0, float Maximum = 0);
