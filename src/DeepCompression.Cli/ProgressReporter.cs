using DeepCompression.Onnx;

namespace DeepCompression.Cli;

/// <summary>Passes on the share of the elements that are done, on the thread that did them.</summary>
/// <param name="progress">Takes it, 0 to 1.</param>
internal sealed class ProgressReporter(Action<double> progress) : IProgress<CompressionProgress>
{
    public void Report(CompressionProgress value) => progress(value.TotalElements == 0 ? 1 : (double)value.DoneElements / value.TotalElements);
}
