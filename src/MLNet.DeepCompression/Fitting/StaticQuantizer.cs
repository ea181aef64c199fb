using DeepCompression.Onnx;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLNet.DeepCompression.Scoring;

namespace MLNet.DeepCompression.Fitting;

/// <summary>Turns the products of a model into those of 8-bit integers, with ranges measured on the first rows of a data view.</summary>
internal static class StaticQuantizer
{
    /// <summary>Quantizes a dense model.</summary>
    /// <exception cref="InvalidOperationException">There is no row.</exception>
    /// <exception cref="InvalidDataException">The model does not run.</exception>
    /// <exception cref="NotSupportedException">Nothing of the model can be quantized.</exception>
    public static OnnxModel Run(OnnxModel model, IDataView data, IReadOnlyList<TensorBinding> inputs, QuantizationOptions options)
    {
        IReadOnlyDictionary<string, ActivationRange> ranges = Measure(model, data, inputs, options);
        PassResult result = new StaticQuantizationPass(ranges).Run(model);
        if (result.Changed.Count > 0)
            return result.Model;
        string why = result.Skipped.Count > 0 ? result.Skipped[0].ToString() : "it has no Conv, Gemm or MatMul with a float32 weight";
        throw new NotSupportedException($"{model.Name}: nothing can be quantized: {why}.");
    }

    private static IReadOnlyDictionary<string, ActivationRange> Measure(OnnxModel model, IDataView data, IReadOnlyList<TensorBinding> inputs, QuantizationOptions options)
    {
        Calibrator calibrator = new() { Percentile = options.Percentile };
        string[] activations = [.. StaticQuantizationPass.ActivationsOf(model)];
        string[] fetched = [.. activations.Where(name => !inputs.Any(input => input.Tensor == name))];
        try
        {
            using SessionOptions quiet = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            using InferenceSession session = new(new ExposeOutputsPass(activations).Run(model).Model.ToBytes(), quiet);
            using RunOptions run = new();
            CalibrationRows.Read(data, inputs, options.Rows, (names, tensors) =>
            {
                foreach ((string name, OrtValue tensor) in names.Zip(tensors).Where(input => activations.Contains(input.First)))
                    Observe(name, tensor);
                if (fetched.Length == 0)
                    return;
                using IDisposableReadOnlyCollection<OrtValue> values = session.Run(run, names, tensors, fetched);
                foreach ((string name, OrtValue value) in fetched.Zip(values))
                    Observe(name, value);
            });
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{model.Name}: ONNX Runtime does not run it on the calibration rows: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        return calibrator.GetRanges(options.Method);

        void Observe(string name, OrtValue value)
        {
            if (value.GetTensorTypeAndShape().ElementDataType == TensorElementType.Float)
                calibrator.Observe(name, value.GetTensorDataAsSpan<float>());
        }
    }
}
