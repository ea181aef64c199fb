using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Calibration;
using Microsoft.ML;
using Microsoft.ML.Data;
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
        DataViewSchema.Column[] columns = [.. inputs.Select(binding => InputColumns.Find(binding, data.Schema))];
        using InputNormCollector collector = new(model);
        using DataViewRowCursor cursor = data.GetRowCursor(columns);
        InputBuffer[] buffers = [.. inputs.Zip(columns, (binding, column) => InputBuffer.Create(binding, cursor, column))];
        string[] names = [.. inputs.Select(binding => binding.Tensor)];
        try
        {
            int rows = 0;
            for (; rows < options.Rows && cursor.MoveNext(); rows++)
            {
                foreach (InputBuffer buffer in buffers)
                {
                    buffer.Clear();
                    buffer.Append();
                }

                collector.Add(names, [.. buffers.Select(buffer => buffer.Tensor(0, 0, 1))]);
            }

            return rows > 0 ? collector.GetNorms() : throw new InvalidOperationException("There is no row to calibrate with.");
        }
        finally
        {
            foreach (InputBuffer buffer in buffers)
                buffer.Dispose();
        }
    }
}
