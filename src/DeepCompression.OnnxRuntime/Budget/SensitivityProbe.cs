using System.Buffers;
using System.Runtime.InteropServices;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Verification;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>
/// Runs a model with other values for some of its weights. The weights are inputs of the session, over the memory of the model, so a
/// trial costs one run and no loading.
/// </summary>
internal sealed unsafe class SensitivityProbe : IDisposable
{
    private const string ExternalDataFolder = "session.model_external_initializers_file_folder_path";

    private readonly string _source;
    private readonly InferenceSession _session;
    private readonly IReadOnlyList<Weight> _weights;
    private readonly List<IDisposable> _owned = [];
    private readonly OrtValue[] _weightValues;
    private readonly OrtValue[][] _samples;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly List<TensorValue[]> _expected = [];

    /// <summary>Loads the model and runs it once on every sample.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weights">Weights of the model that can be lifted.</param>
    /// <param name="inputs">The names of the model's own inputs.</param>
    /// <param name="samples">Bound samples, their tensors in the order of <paramref name="inputs"/>.</param>
    public SensitivityProbe(OnnxModel model, IReadOnlyList<Weight> weights, IReadOnlyList<string> inputs, IReadOnlyList<InputSample> samples)
    {
        _source = model.Name;
        _weights = weights;
        OnnxModel lifted = WeightLifter.Lift(model, weights);
        using SessionOptions options = ModelRunner.QuietOptions();
        if (model.Path is not null)
            options.AddSessionConfigEntry(ExternalDataFolder, Path.GetDirectoryName(model.Path));
        try
        {
            _session = new InferenceSession(lifted.ToBytes(), options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{_source}: ONNX Runtime does not load it with its weights as inputs: {RuntimeMessage.Of(e)}.", e);
        }

        _inputNames = [.. inputs, .. weights.Select(WeightLifter.InputName)];
        _outputNames = [.. _session.OutputNames.Where(name => IsCompared(_session.OutputMetadata[name]))];
        if (_outputNames.Length == 0)
            throw new NotSupportedException($"{_source}: no output is a tensor of fractions, so no error can be measured; give --sparsity, --bits or --lossless.");
        _weightValues = [.. weights.Select(w => Own(Wrap(w, w.Read())))];
        _samples = [.. samples.Select(s => s.Tensors.Select(t => Own(t.ToOrtValue())).ToArray())];
        foreach (OrtValue[] sample in _samples)
            _expected.Add(Run(sample, _weightValues));
    }

    /// <summary>How many samples there are.</summary>
    public int Samples => _samples.Length;

    /// <summary>Runs with other values for some weights.</summary>
    /// <param name="replacements">Dense values by the index of the weight.</param>
    /// <param name="samples">On how many of the samples.</param>
    /// <returns>The largest relative error of an output: sqrt(sum (a - b)^2 / sum a^2) over the samples.</returns>
    public double Measure(IReadOnlyDictionary<int, byte[]> replacements, int samples)
    {
        var values = (OrtValue[])_weightValues.Clone();
        var pins = new List<IDisposable>();
        try
        {
            foreach ((int index, byte[] dense) in replacements)
                pins.Add(values[index] = Wrap(_weights[index], dense, pins));
            var change = new double[_outputNames.Length];
            var norm = new double[_outputNames.Length];
            for (int s = 0; s < samples; s++)
            {
                TensorValue[] actual = Run(_samples[s], values);
                for (int o = 0; o < actual.Length; o++)
                    Add(_expected[s][o], actual[o], ref change[o], ref norm[o]);
            }

            return change.Zip(norm, (c, n) => c == 0 ? 0 : Math.Sqrt(c / n)).Max();
        }
        finally
        {
            pins.Reverse();
            pins.ForEach(p => p.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _owned.Reverse();
        _owned.ForEach(o => o.Dispose());
        _session.Dispose();
    }

    private static bool IsCompared(NodeMetadata output) =>
        output.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR && TensorElements.IsFloat(output.ElementDataType);

    private static void Add(TensorValue expected, TensorValue actual, ref double change, ref double norm)
    {
        if (!expected.Shape.AsSpan().SequenceEqual(actual.Shape.AsSpan()))
        {
            // A shape that depends on the values changed with them: as wrong as can be.
            change = double.PositiveInfinity;
            return;
        }

        double[]? a = expected.ElementType == TensorElementType.Float ? null : expected.ToDoubles();
        double[]? b = a is null ? null : actual.ToDoubles();
        ReadOnlySpan<float> x = a is null ? MemoryMarshal.Cast<byte, float>(expected.Bytes.Span) : [];
        ReadOnlySpan<float> y = a is null ? MemoryMarshal.Cast<byte, float>(actual.Bytes.Span) : [];
        for (int i = 0; i < expected.Length; i++)
        {
            (double e, double f) = a is null ? (x[i], y[i]) : (a[i], b![i]);
            if (!double.IsFinite(e) || !double.IsFinite(f))
            {
                if (!e.Equals(f))
                    change = double.PositiveInfinity;
                continue;
            }

            change += (e - f) * (e - f);
            norm += e * e;
        }
    }

    private TensorValue[] Run(OrtValue[] sample, OrtValue[] weights)
    {
        try
        {
            using var options = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, _inputNames, [.. sample, .. weights], _outputNames);
            return [.. outputs.Select((value, i) => TensorValue.FromOrtValue(_outputNames[i], value))];
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{_source}: does not run with its weights as inputs: {RuntimeMessage.Of(e)}.", e);
        }
    }

    private OrtValue Own(OrtValue value)
    {
        _owned.Add(value);
        return value;
    }

    private OrtValue Wrap(Weight weight, ReadOnlyMemory<byte> values) => Wrap(weight, values, _owned);

    // The pin is added to the list before the value that points at it, and both are disposed in the opposite order.
    private static OrtValue Wrap(Weight weight, ReadOnlyMemory<byte> values, List<IDisposable> pins)
    {
        MemoryHandle pin = values.Pin();
        pins.Add(pin);
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, (TensorElementType)weight.ElementType, [.. weight.Shape.Dimensions], (nint)pin.Pointer, values.Length);
    }
}
