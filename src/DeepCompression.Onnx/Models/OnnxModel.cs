using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Onnx;

/// <summary>
/// An ONNX model: its protobuf message and the folder that its external data lives in. External data stays in its files
/// until a tensor is read, so a model of any size can be opened.
/// </summary>
public sealed class OnnxModel
{
    private const int MaxMessageBytes = int.MaxValue; // the limit of protobuf
    private const int SmallestMapped = 1 << 16; // bytes: below, a file is read at once

    private MappedFile? _file; // tensors refer to it

    /// <summary>Makes a model of a message.</summary>
    /// <param name="proto">The message. The model keeps it.</param>
    /// <param name="path">The file that the message came from: its folder holds the external data and its name stands in error messages. Null for a model made in memory.</param>
    public OnnxModel(ModelProto proto, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(proto);
        Proto = proto;
        Path = path is null ? null : System.IO.Path.GetFullPath(path);
        proto.Graph ??= new GraphProto();
    }

    /// <summary>The message. Fields that this library does not know are kept in it.</summary>
    public ModelProto Proto { get; }

    /// <summary>The full path of the file that the model was loaded from, or null.</summary>
    public string? Path { get; }

    /// <summary>The file name for messages.</summary>
    public string Name => Path is null ? "model" : System.IO.Path.GetFileName(Path);

    /// <summary>Reads a model. External data is not read, only referred to; large weights in the file are read where they are looked at.</summary>
    /// <param name="path">The path of the .onnx file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is empty, truncated, over 2 GB or not an ONNX model.</exception>
    public static OnnxModel Load(string path)
    {
        (ReadOnlyMemory<byte> bytes, MappedFile? file) = ReadFile(path);
        return new OnnxModel(Parse(bytes, System.IO.Path.GetFileName(path)), path) { _file = file };
    }

    /// <summary>Reads a model from memory.</summary>
    /// <param name="bytes">The content of an .onnx file.</param>
    /// <returns>The model, without a folder for external data.</returns>
    /// <exception cref="InvalidDataException">The bytes are empty, truncated or not an ONNX model.</exception>
    public static OnnxModel FromBytes(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new OnnxModel(Parse(bytes, "model"));
    }

    /// <summary>Reads a model from memory that must stay readable as long as the model.</summary>
    /// <exception cref="InvalidDataException">The bytes are empty, truncated or not an ONNX model.</exception>
    internal static OnnxModel FromBytes(ReadOnlyMemory<byte> bytes, string? path) => new(Parse(bytes, path is null ? "model" : System.IO.Path.GetFileName(path)), path);

    /// <summary>The content of a file: large ones are mapped, and readable until the mapping is disposed of.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is empty or over 2 GB.</exception>
    internal static (ReadOnlyMemory<byte> Bytes, MappedFile? Mapping) ReadFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string name = System.IO.Path.GetFileName(path);
        if (Directory.Exists(path))
            throw new InvalidDataException($"{path}: is a folder, not a model.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file.", path);
        long length = new FileInfo(path).Length;
        if (length == 0)
            throw new InvalidDataException($"{name}: the file is empty.");
        if (length > MaxMessageBytes)
            throw new InvalidDataException($"{name}: {length} bytes are more than the 2 GB that a protobuf message holds; larger models keep their weights as external data.");
        if (length < SmallestMapped)
            return (File.ReadAllBytes(path), null);
        MappedFile file = new(path);
        return (file.Memory, file);
    }

    /// <summary>The serialized message. External data stays where it is.</summary>
    /// <returns>The content of an .onnx file.</returns>
    /// <exception cref="InvalidDataException">The message is larger than 2 GB.</exception>
    public byte[] ToBytes()
    {
        ThrowIfTooLarge(Proto);
        return Proto.ToByteArray();
    }

    /// <summary>Writes the model: aside first, then renamed, so that a failure leaves no half-written file.</summary>
    /// <param name="path">The path of the .onnx file.</param>
    /// <param name="options">Where weights go and whether files may be replaced; the defaults when null.</param>
    /// <exception cref="IOException">A file exists already and <see cref="SaveOptions.Overwrite"/> is false.</exception>
    /// <exception cref="InvalidDataException">External data of this model is missing or invalid, or the message is larger than 2 GB.</exception>
    /// <remarks>A model with external data that is saved over its own files refers to data that has moved: load it again.</remarks>
    public void Save(string path, SaveOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelWriter.Write(this, System.IO.Path.GetFullPath(path), options ?? new SaveOptions());
    }

    /// <summary>A copy whose message can be changed without changing this one. Tensor bytes are shared.</summary>
    /// <returns>The copy.</returns>
    public OnnxModel Clone() => new(Proto.Clone(), Path);

    /// <summary>The elements of a tensor wherever they are: raw, typed or external.</summary>
    /// <param name="tensor">A tensor of this model.</param>
    /// <returns>The elements, little-endian and row-major.</returns>
    /// <exception cref="InvalidDataException">The content does not fit the shape, or external data is missing, too short or outside the model's folder.</exception>
    /// <exception cref="NotSupportedException">The element type has no fixed size of whole bytes.</exception>
    public ReadOnlyMemory<byte> Read(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return TensorReader.Read(this, tensor);
    }

    /// <summary>
    /// Checks that every operator is one of ONNX, of a domain that the model imports or of a function in it, that the content of every tensor
    /// fits its shape, and that external data is there. No element is read, and no types or shapes are inferred.
    /// </summary>
    /// <exception cref="InvalidDataException">An operator of the default domain is unknown, or the domain of one is not imported.</exception>
    /// <exception cref="InvalidDataException">A shape is impossible, a content has another size, or external data is missing, too short or outside the model's folder.</exception>
    /// <exception cref="NotSupportedException">An element type is unknown.</exception>
    public void Validate()
    {
        ModelCheck.Run(this);
        foreach (TensorProto tensor in TensorWalker.All(Proto))
            TensorReader.Check(this, tensor);
    }

    /// <summary>Lets go of the pages of the file that were read; large tensors are read again when they are looked at.</summary>
    internal void ReleasePages() => _file?.ReleasePages();

    internal static void ThrowIfTooLarge(ModelProto proto)
    {
        // A size over 2 GB overflows to a negative number in the protobuf runtime; tensor bytes alone can tell.
        long bytes = TensorWalker.All(proto).Sum(tensor => (long)tensor.RawData.Length);
        if (bytes > MaxMessageBytes || proto.CalculateSize() < 0)
            throw new InvalidDataException($"model: {bytes} bytes of weights are more than the 2 GB that a protobuf message holds; save them as external data.");
    }

    private static string FirstSentence(string text) => text.IndexOf('.', StringComparison.Ordinal) is > 0 and int end ? text[..(end + 1)] : text;

    private static ModelProto Parse(ReadOnlyMemory<byte> bytes, string name)
    {
        if (bytes.Length == 0)
            throw new InvalidDataException($"{name}: the file is empty.");
        try
        {
            ModelProto proto = TensorStripper.Parse(bytes);
            if (proto.Graph is null || !proto.HasIrVersion)
                throw new InvalidDataException($"{name}: not an ONNX model: it has no {(proto.Graph is null ? "graph" : "IR version")}.");
            return proto;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{name}: not an ONNX model, or truncated: {FirstSentence(e.Message)}".OneLine(), e);
        }
    }
}
