using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime;

/// <summary>Opens compressed models so that what the execution provider does not compute costs nothing at run time.</summary>
public static class CompressedModel
{
    /// <summary>
    /// Creates a session: weights that the execution provider computes with stay compressed, all others are unpacked in memory first, so
    /// that ONNX Runtime treats them as in the dense model. Every form of model can be opened, a dense one as well.
    /// </summary>
    /// <param name="path">The model.</param>
    /// <param name="options">The options of the session, to which the execution provider is appended if it is not there yet; null for the defaults.</param>
    /// <param name="deepCompression">How to set the execution provider up; null for the defaults.</param>
    /// <returns>The session.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The model or a compressed weight is damaged.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no library for this platform, and <see cref="DeepCompressionOptions.Required"/> is set.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model.</exception>
    public static InferenceSession CreateSession(string path, SessionOptions? options = null, DeepCompressionOptions? deepCompression = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (options is null)
        {
            using SessionOptions defaults = new();
            return CreateSession(path, defaults, deepCompression);
        }

        DeepCompressionReport report = options.AppendDeepCompression(deepCompression);
        OnnxModel model = OnnxModel.Load(path);
        IReadOnlyList<WeightNode> nodes = WeightNodeWalker.Find(model);
        if (nodes.Count == 0)
            return new InferenceSession(path, options);

        HashSet<string>? claimed = report.Unavailable is null ? ClaimPreview.Find(path, options, report) : [];
        WeightNode[] unclaimed = claimed is null ? [] : [.. nodes.Where(node => !claimed.Contains(node.Name))];
        if (unclaimed.Length == 0)
            return new InferenceSession(path, options);

        WeightReplacer replacer = new(model);
        foreach (WeightNode node in unclaimed)
        {
            (ElementType type, TensorShape shape, byte[] dense) = node.DecodeDense();
            replacer.Restore(node, type, shape, dense);
        }

        replacer.Finish();
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null)
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        return new InferenceSession(model.ToBytes(), options);
    }
}
