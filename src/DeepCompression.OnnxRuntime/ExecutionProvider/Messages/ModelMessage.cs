using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using static DeepCompression.OnnxRuntime.Messages.FieldReader;

namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>
/// A model as the bytes that it is: what a session's model is decided about and written from is read where it lies, and
/// everything else is only skipped.
/// </summary>
internal sealed class ModelMessage
{
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Reads the outlines of a model.</summary>
    /// <param name="bytes">The content of an .onnx file. Must stay readable as long as this.</param>
    /// <param name="path">The file, for messages and external data; null for a model made in memory.</param>
    /// <exception cref="InvalidDataException">The message is damaged, or of a kind that only a full parser understands.</exception>
    public ModelMessage(ReadOnlyMemory<byte> bytes, string? path)
    {
        (_bytes, Path) = (bytes, path);
        FieldReader fields = new(bytes.Span, new Extent(0, bytes.Length));
        GraphMessage? graph = null;
        while (fields.Next())
        {
            if (fields.Tag == NumberTag(ModelProto.IrVersionFieldNumber))
                IrVersion = (long)fields.Value;
            else if (fields.Tag == ContentTag(ModelProto.GraphFieldNumber))
                graph = graph is null ? new GraphMessage(this, fields.Content) : throw new InvalidDataException("the model has a graph in parts");
            else if (fields.Tag == ContentTag(ModelProto.OpsetImportFieldNumber))
                ReadImport(fields.Content);
            else if (fields.Tag == ContentTag(ModelProto.FunctionsFieldNumber) && !IsOurs(fields.Content))
                (HasFunctions, HasWeightsInFunctions) = (true, HasWeightsInFunctions || HasWeightsIn(fields.Content));
        }

        Graph = graph ?? throw new InvalidDataException("the model has no graph");
        if (IrVersion < 0)
            throw new InvalidDataException("the model has no IR version");
    }

    /// <summary>All bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    public string? Path { get; }

    /// <summary>The file name for messages.</summary>
    public string Name => Path is null ? "model" : System.IO.Path.GetFileName(Path);

    public long IrVersion { get; } = -1;

    public GraphMessage Graph { get; }

    /// <summary>The version of our domain that the model imports; null where it imports none.</summary>
    public long? DomainVersion { get; private set; }

    /// <summary>Whether there are functions of another domain than ours.</summary>
    public bool HasFunctions { get; }

    /// <summary>Whether a function of another domain than ours has nodes of ours in it.</summary>
    public bool HasWeightsInFunctions { get; }

    /// <summary>Whether there are nodes of our domain.</summary>
    public bool HasWeights => HasWeightsInFunctions || HasWeightsIn(Graph);

    /// <summary>A run of the bytes.</summary>
    public ReadOnlyMemory<byte> Slice(Extent extent) => _bytes[extent.Start..extent.End];

    /// <summary>Whether the message of a function is of our domain.</summary>
    public bool IsOurs(Extent function)
    {
        FieldReader fields = new(Bytes, function);
        bool isOurs = false;
        while (fields.Next())
            isOurs |= fields.Tag == ContentTag(FunctionProto.DomainFieldNumber) && fields.GetText() == NodeDomain.Name;
        return isOurs;
    }

    private static bool HasWeightsIn(GraphMessage graph) => graph.Nodes.Exists(node => node.Domain == NodeDomain.Name || node.Graphs.Any(HasWeightsIn));

    private void ReadImport(Extent import)
    {
        string domain = "";
        long version = 0;
        FieldReader fields = new(Bytes, import);
        while (fields.Next())
        {
            domain = fields.Tag == ContentTag(OperatorSetIdProto.DomainFieldNumber) ? fields.GetText() : domain;
            version = fields.Tag == NumberTag(OperatorSetIdProto.VersionFieldNumber) ? (long)fields.Value : version;
        }

        if (domain == NodeDomain.Name)
            DomainVersion ??= version;
    }

    private bool HasWeightsIn(Extent function) => _bytes.Span[function.Start..function.End].IndexOf("ai.deepcompression"u8) >= 0;
}
