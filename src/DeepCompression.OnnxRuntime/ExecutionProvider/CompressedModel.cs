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

        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return Create(OnnxModel.Load(path), o => new InferenceSession(path, o), folder, options, deepCompression);
    }

    /// <summary>Creates a session for a model in memory, as for a file.</summary>
    /// <param name="model">The model, without external data; it is not changed.</param>
    /// <param name="options">The options of the session, to which the execution provider is appended if it is not there yet.</param>
    /// <param name="deepCompression">How to set the execution provider up; null for the defaults.</param>
    /// <returns>The session.</returns>
    /// <exception cref="InvalidDataException">A compressed weight is damaged.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no library for this platform, and <see cref="DeepCompressionOptions.Required"/> is set.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model.</exception>
    public static InferenceSession CreateSession(OnnxModel model, SessionOptions options, DeepCompressionOptions? deepCompression = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        byte[] bytes = model.ToBytes();
        return Create(model.Clone(), o => new InferenceSession(bytes, o), null, options, deepCompression);
    }

    // The model is this method's own.
    private static InferenceSession Create(OnnxModel model, Func<SessionOptions, InferenceSession> open, string? folder, SessionOptions options, DeepCompressionOptions? deepCompression)
    {
        DeepCompressionReport report = options.AppendDeepCompression(deepCompression);
        IReadOnlyList<WeightNode> nodes = WeightNodeWalker.Find(model);
        if (nodes.Count == 0)
            return open(options);

        HashSet<string>? claimed = report.Unavailable is null ? ClaimPreview.Find(open, options, report) : [];
        WeightNode[] unclaimed = claimed is null ? [] : [.. nodes.Where(node => !claimed.Contains(node.Name))];
        if (unclaimed.Length == 0)
            return open(options);

        WeightReplacer replacer = new(model);
        foreach (WeightNode node in unclaimed)
        {
            (ElementType type, TensorShape shape, byte[] dense) = node.DecodeDense();
            replacer.Restore(node, type, shape, dense);
        }

        replacer.Finish();
        if (folder is not null)
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        return new InferenceSession(model.ToBytes(), options);
    }
}
