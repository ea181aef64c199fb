using System.Runtime.InteropServices;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Verification;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Calibration;

/// <summary>Runs a model on calibration data and shows its activations to a <see cref="Calibrator"/>.</summary>
public static class CalibrationRunner
{
    /// <summary>Runs every sample once.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="activations">The values to observe, for example <see cref="StaticQuantizationPass.ActivationsOf"/>. Float32 inputs of the model can be among them.</param>
    /// <param name="samples">Makes the samples from the declared inputs, for example by <see cref="RandomInputs"/>.</param>
    /// <param name="calibrator">Is shown the values.</param>
    /// <exception cref="InvalidDataException">ONNX Runtime does not load or run the model.</exception>
    public static void Run(
        OnnxModel model, IReadOnlyCollection<string> activations, Func<ModelRunner, IReadOnlyList<InputSample>> samples, Calibrator calibrator)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(activations);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(calibrator);
        OnnxModel exposed = new ExposeOutputsPass(activations).Run(model).Model;
        using ModelRunner runner = ModelRunner.Open(exposed);
        HashSet<string> wanted = [.. activations];
        foreach (InputSample sample in samples(runner))
        {
            foreach (TensorValue value in sample.Tensors.Concat(runner.Run(sample)).Where(value => wanted.Contains(value.Name)))
            {
                if (value.ElementType == TensorElementType.Float)
                    calibrator.Observe(value.Name, MemoryMarshal.Cast<byte, float>(value.Bytes.Span));
            }
        }
    }
}
