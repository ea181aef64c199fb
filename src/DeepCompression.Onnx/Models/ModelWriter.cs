using System.Globalization;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Writes a model and its external data aside, then renames both.</summary>
internal static class ModelWriter
{
    private const int Alignment = 4096; // bytes: a page, so that runtimes can map a weight
    private const long MaxEmbeddedBytes = int.MaxValue - (64L << 20); // leaves room for the graph itself

    private static int _written; // models of this process: no two are written aside under one name

    /// <summary>Writes a model.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="path">The full path of the .onnx file.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="tokens">What tokens in the model's tensors stand for.</param>
    public static void Write(OnnxModel model, string path, SaveOptions options, ContentTokens? tokens = null)
    {
        string dataName = options.ExternalDataFile ?? Path.GetFileName(path) + ".data";
        if (Path.GetFileName(dataName) != dataName)
            throw new ArgumentException($"The external data file '{dataName}' is a file name in the model's folder.", nameof(options));
        string folder = Path.GetDirectoryName(path)!;
        string dataPath = Path.Combine(folder, dataName);
        ThrowIfExists(path, options);
        Directory.CreateDirectory(folder);

        string aside = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref _written)}.tmp");
        string dataAside = aside + ".data";
        try
        {
            OnnxModel copy = model.Clone();
            HashSet<TensorProto> external = ChooseExternal(copy, options);
            if (external.Count > 0)
                ThrowIfExists(dataPath, options);
            tokens ??= new ContentTokens();
            List<FilePart> data = TakeContents(copy, external, dataName, tokens);
            (List<FilePart> parts, long length) = TensorFiller.LayOut(copy.Proto, tokens);
            if (length > int.MaxValue)
                throw new InvalidDataException($"{model.Name}: {length} bytes are more than the 2 GB that a protobuf message holds; save its weights as external data.");
            if (data.Count > 0)
                FileParts.Write(dataAside, data);
            FileParts.Write(aside, parts);
            if (data.Count > 0)
                File.Move(dataAside, dataPath, options.Overwrite);
            File.Move(aside, path, options.Overwrite);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(aside);
            File.Delete(dataAside);
        }
    }

    private static void ThrowIfExists(string path, SaveOptions options)
    {
        if (!options.Overwrite && File.Exists(path))
            throw new IOException($"{path}: the file exists already and is not replaced.");
    }

    private static HashSet<TensorProto> ChooseExternal(OnnxModel model, SaveOptions options)
    {
        long total = 0;
        List<SizedTensor> all = [];
        foreach (TensorProto tensor in TensorWalker.All(model.Proto))
        {
            if (tensor.DataType == (int)TensorProto.Types.DataType.String)
                continue;
            long bytes = SizeOf(model, tensor);
            all.Add(new SizedTensor(tensor, bytes));
            total = checked(total + (options.ExternalData != ExternalDataMode.Embed && IsExternal(tensor) ? 0 : bytes));
        }

        bool tooLarge = total > MaxEmbeddedBytes;
        if (tooLarge && options.ExternalData == ExternalDataMode.Embed)
            throw new InvalidDataException($"{model.Name}: {total} bytes of weights are more than the 2 GB that a protobuf message holds; save them as external data.");

        // Attributes stay in the message unless they alone are what makes it too large: few tools look for external data there.
        HashSet<TensorProto> initializers = new(TensorWalker.Initializers(model.Proto), ReferenceEqualityComparer.Instance);
        long inAttributes = 0;
        foreach ((TensorProto tensor, long bytes) in all)
            inAttributes += initializers.Contains(tensor) ? 0 : bytes;
        HashSet<TensorProto> chosen = new(ReferenceEqualityComparer.Instance);
        foreach ((TensorProto tensor, long bytes) in all)
        {
            bool isChosen = options.ExternalData switch
            {
                ExternalDataMode.Embed => false,
                ExternalDataMode.Auto when !tooLarge => IsExternal(tensor),
                _ => IsExternal(tensor) || (bytes >= options.ExternalDataThreshold && (initializers.Contains(tensor) || inAttributes > MaxEmbeddedBytes)),
            };
            if (isChosen)
                chosen.Add(tensor);
        }

        return chosen;
    }

    // What is large leaves the message: to the data file, or to where the layout puts it.
    private static List<FilePart> TakeContents(OnnxModel model, HashSet<TensorProto> external, string dataName, ContentTokens tokens)
    {
        List<FilePart> data = [];
        long end = 0;
        foreach (TensorProto tensor in TensorWalker.All(model.Proto).Concat(TensorWalker.Training(model.Proto)))
        {
            if (external.Contains(tensor))
            {
                long offset = (end + Alignment - 1) / Alignment * Alignment;
                FilePart part = new(offset, default, ContentOf(model, tensor, tokens));
                data.Add(part);
                end = offset + part.Length;
                Refer(tensor, dataName, part);
            }
            else if (IsExternal(tensor) || (tensor.RawData.Length >= TensorStripper.LargeContent))
            {
                ITensorContent content = ContentOf(model, tensor, tokens);
                tensor.ClearContent();
                tensor.RawData = tokens.Add(content);
            }
        }

        return data;
    }

    private static ITensorContent ContentOf(OnnxModel model, TensorProto tensor, ContentTokens tokens)
    {
        if (tokens.TryGet(tensor.RawData.Span, out ITensorContent? content))
            return content;
        if (!IsExternal(tensor))
            return new MemoryContent(model.Read(tensor));
        try
        {
            ExternalTensor place = ExternalTensor.Parse(tensor);
            place.Check(model.Path, SizeOf(model, tensor));
            return new ExternalContent(model, place, SizeOf(model, tensor));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{model.Name}: {e.Message}".OneLine(), e);
        }
    }

    private static void Refer(TensorProto tensor, string dataName, FilePart part)
    {
        tensor.ClearContent();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = dataName });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = part.Offset.ToString(CultureInfo.InvariantCulture) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = part.Length.ToString(CultureInfo.InvariantCulture) });
    }

    private sealed record SizedTensor(TensorProto Tensor, long Bytes);

    private static bool IsExternal(TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External;

    private static long SizeOf(OnnxModel model, TensorProto tensor)
    {
        try
        {
            return TensorTypes.GetBytes(tensor.DataType, TensorTypes.CountElements(tensor));
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or NotSupportedException)
        {
            throw new InvalidDataException($"{model.Name}: tensor '{tensor.Name}': {e.Message}", e);
        }
    }
}
