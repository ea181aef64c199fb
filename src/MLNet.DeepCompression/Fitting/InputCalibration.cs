using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Calibration;
using Microsoft.ML;
using MLNet.DeepCompression.Scoring;

namespace MLNet.DeepCompression.Fitting;

/// <summary>Runs a model on the first rows of a data view and measures what its weights are fed with.</summary>
internal static class InputCalibration
{
    /// <summary>The norms of input channels, by the path of a weight.</summary>
    /// <exception cref="InvalidOperationException">There is no row.</exception>
    /// <exception cref="InvalidDataException">The model does not run.</exception>
    public static IReadOnlyDictionary<string, float[]> Measure(OnnxModel model, IDataView data, IReadOnlyList<TensorBinding> inputs, CalibrationOptions options)
    {
        using InputNormCollector collector = new(model);
        CalibrationRows.Read(data, inputs, options.Rows, collector.Add);
        return collector.GetNorms();
    }
}
