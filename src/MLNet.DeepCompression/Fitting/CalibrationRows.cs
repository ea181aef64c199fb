using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using MLNet.DeepCompression.Scoring;

namespace MLNet.DeepCompression.Fitting;

/// <summary>Feeds the first rows of a data view to whoever measures a model on them.</summary>
internal static class CalibrationRows
{
    /// <summary>Reads rows, one after the other, as the model's inputs take them.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="most">The most rows to read.</param>
    /// <param name="use">Is given the names of the inputs and their tensors, which live until it returns.</param>
    /// <exception cref="InvalidOperationException">There is no row.</exception>
    public static void Read(IDataView data, IReadOnlyList<TensorBinding> inputs, int most, Action<string[], OrtValue[]> use)
    {
        DataViewSchema.Column[] columns = [.. inputs.Select(binding => InputColumns.Find(binding, data.Schema))];
        using DataViewRowCursor cursor = data.GetRowCursor(columns);
        InputBuffer[] buffers = [.. inputs.Zip(columns, (binding, column) => InputBuffer.Create(binding, cursor, column))];
        string[] names = [.. inputs.Select(binding => binding.Tensor)];
        try
        {
            int rows = 0;
            for (; rows < most && cursor.MoveNext(); rows++)
            {
                foreach (InputBuffer buffer in buffers)
                {
                    buffer.Clear();
                    buffer.Append();
                }

                use(names, [.. buffers.Select(buffer => buffer.Tensor(0, 0, 1))]);
            }

            if (rows == 0)
                throw new InvalidOperationException("There is no row to calibrate with.");
        }
        finally
        {
            foreach (InputBuffer buffer in buffers)
                buffer.Dispose();
        }
    }
}
