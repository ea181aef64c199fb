using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training;

namespace DeepCompression.Cli.Training;

/// <summary>What the weights of a compressed model keep while it is trained further.</summary>
internal static class KeptForms
{
    /// <param name="model">The model, dense.</param>
    /// <param name="keep"><c>nothing</c>, <c>zeros</c> or <c>values</c>.</param>
    public static Func<string, WeightForm> Of(ModelProto model, string keep)
    {
        if (keep == "nothing")
            return static _ => WeightForm.Free;
        Dictionary<string, WeightForm> forms = [];
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            // Vectors are seldom compressed, and a bias that begins at zero must not stay there.
            if (tensor.DataType == (int)TensorProto.Types.DataType.Float && tensor.Dims.Count(dimension => dimension > 1) >= 2)
                forms[tensor.Name] = keep == "values" && IsShared(tensor) ? WeightForm.Shared : WeightForm.Masked;
        }

        return name => forms.GetValueOrDefault(name, WeightForm.Free);
    }

    private static bool IsShared(TensorProto tensor)
    {
        HashSet<float> values = [];
        foreach (float value in tensor.RawData.IsEmpty ? [.. tensor.FloatData] : MemoryMarshal.Cast<byte, float>(tensor.RawData.Span))
        {
            if (values.Add(value) && values.Count > Codebook.MaxSize)
                return false;
        }

        return true;
    }
}
