using System.Globalization;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Onnx;

/// <summary>Writes a model and its external data aside, then renames both.</summary>
internal static class ModelWriter
{
    private const int WriteBuffer = 1 << 20; // bytes: protobuf's own 4096 cost more calls than writing costs
    private const int Alignment = 4096; // bytes: a page, so that runtimes can map a weight
    private const long MaxEmbeddedBytes = int.MaxValue - (64L << 20); // leaves room for the graph itself

    public static void Write(OnnxModel model, string path, SaveOptions options)
    {
        string dataName = options.ExternalDataFile ?? Path.GetFileName(path) + ".data";
        if (Path.GetFileName(dataName) != dataName)
            throw new ArgumentException($"The external data file '{dataName}' is a file name in the model's folder.", nameof(options));
        string folder = Path.GetDirectoryName(path)!;
        string dataPath = Path.Combine(folder, dataName);
        ThrowIfExists(path, options);
        Directory.CreateDirectory(folder);

        string aside = $"{path}.{Guid.NewGuid():N}.tmp";
        string dataAside = aside + ".data";
        try
        {
            OnnxModel copy = model.Clone();
            HashSet<TensorProto> external = ChooseExternal(copy, options);
            if (external.Count > 0)
                ThrowIfExists(dataPath, options);
            MoveData(copy, external, dataName, dataAside);
            OnnxModel.ThrowIfTooLarge(copy.Proto);
            using (FileStream stream = new(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            using (CodedOutputStream output = new(stream, WriteBuffer))
                copy.Proto.WriteTo(output);

            if (external.Count > 0)
                File.Move(dataAside, dataPath, options.Overwrite);
            File.Move(aside, path, options.Overwrite);
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
        var all = new Dictionary<TensorProto, long>(ReferenceEqualityComparer.Instance);
        foreach (TensorProto tensor in TensorWalker.All(model.Proto))
        {
            if (tensor.DataType == (int)TensorProto.Types.DataType.String)
                continue;
            long bytes = SizeOf(model, tensor);
            all[tensor] = bytes;
            total = checked(total + (options.ExternalData != ExternalDataMode.Embed && IsExternal(tensor) ? 0 : bytes));
        }

        bool tooLarge = total > MaxEmbeddedBytes;
        if (tooLarge && options.ExternalData == ExternalDataMode.Embed)
            throw new InvalidDataException($"{model.Name}: {total} bytes of weights are more than the 2 GB that a protobuf message holds; save them as external data.");

        // Attributes stay in the message unless they alone are what makes it too large: few tools look for external data there.
        HashSet<TensorProto> initializers = new(TensorWalker.Initializers(model.Proto), ReferenceEqualityComparer.Instance);
        bool attributesToo = all.Where(pair => !initializers.Contains(pair.Key)).Sum(pair => pair.Value) > MaxEmbeddedBytes;
        var chosen = options.ExternalData switch
        {
            ExternalDataMode.Embed => [],
            ExternalDataMode.Auto when !tooLarge => all.Keys.Where(IsExternal),
            _ => all.Keys.Where(tensor => IsExternal(tensor) || (all[tensor] >= options.ExternalDataThreshold && (initializers.Contains(tensor) || attributesToo))),
        };
        return new(chosen, ReferenceEqualityComparer.Instance);
    }

    private static void MoveData(OnnxModel model, HashSet<TensorProto> external, string dataName, string dataAside)
    {
        using FileStream? data = external.Count > 0 ? File.Create(dataAside) : null;
        foreach (TensorProto tensor in TensorWalker.All(model.Proto))
        {
            if (external.Contains(tensor))
                MoveOut(model, tensor, dataName, data!);
            else if (IsExternal(tensor))
                MoveIn(model, tensor);
        }
    }

    private static void MoveOut(OnnxModel model, TensorProto tensor, string dataName, FileStream data)
    {
        data.Position = (data.Position + Alignment - 1) / Alignment * Alignment;
        long offset = data.Position;
        long bytes = SizeOf(model, tensor);
        if (IsExternal(tensor))
        {
            try
            {
                ExternalTensor.Parse(tensor).CopyTo(model.Path, bytes, data);
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"{model.Name}: {e.Message}".OneLine(), e);
            }
        }
        else
        {
            data.Write(model.Read(tensor).Span);
        }

        tensor.ClearContent();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = dataName });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = bytes.ToString(CultureInfo.InvariantCulture) });
    }

    private static void MoveIn(OnnxModel model, TensorProto tensor)
    {
        ReadOnlyMemory<byte> content = model.Read(tensor);
        tensor.ClearContent();
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(content);
    }

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
