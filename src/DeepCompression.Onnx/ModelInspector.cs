using DeepCompression.Onnx.Schema;
using DeepCompression.WeightSharing;

namespace DeepCompression.Onnx;

/// <summary>Tells where the bytes of a model are, compressed or not.</summary>
public static class ModelInspector
{
    /// <summary>Reads every weight of a model and measures it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="packing">How weights are packed to measure the last stage; null for the coder that packed them, or the packer's defaults.</param>
    /// <param name="progress">Told before each weight. Default: nobody.</param>
    /// <returns>One row a weight.</returns>
    /// <exception cref="InvalidDataException">A weight, compressed or not, is invalid.</exception>
    /// <remarks>
    /// Bytes after each stage are found by packing a weight again. Dense weights that have neither zeros nor
    /// shared values have none.
    /// </remarks>
    public static ModelReport Inspect(OnnxModel model, PackingOptions? packing = null, IProgress<CompressionProgress>? progress = null) =>
        Inspect(model, new Dictionary<string, TensorStatistics>(), [], packing, progress);

    /// <summary>As the public method, with what is known already.</summary>
    internal static ModelReport Inspect(OnnxModel model, IReadOnlyDictionary<string, TensorStatistics> known, IReadOnlyList<PassNote> notes, PackingOptions? packing = null, IProgress<CompressionProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ILookup<string, string> reasons = notes.ToLookup(note => note.Weight, note => note.Text);
        GraphScope[] scopes = [.. GraphScope.All(model.Proto)];
        var uses = new WeightUses(scopes);
        List<WeightReport> rows = [];
        foreach (WeightNode node in WeightNodeWalker.Find(model))
            rows.Add(Describe(node, uses, known, packing) with { Note = string.Join("; ", reasons[node.Path]) });
        HashSet<TensorProto> inputs = new(WeightNodeWalker.Find(model).SelectMany(node => node.Node.Input.Select(node.TryResolve)).OfType<TensorProto>(), ReferenceEqualityComparer.Instance);
        Weight[] dense = [.. WeightWalker.Find(model).Where(weight => weight.Tensor is null || !inputs.Contains(weight.Tensor))];
        long done = 0, total = dense.Sum(weight => (long)weight.Shape.Length);
        foreach (Weight weight in dense)
        {
            progress?.Report(new CompressionProgress(weight.Path, done, total));
            rows.Add(Describe(weight, packing) with { Note = string.Join("; ", reasons[weight.Path]) });
            done += weight.Shape.Length;
        }

        long functions = model.Proto.Functions.Where(function => function.Domain == NodeDomain.Name).Sum(function => (long)function.CalculateSize());
        return new ModelReport(rows, SizeOf(model), functions);
    }

    /// <summary>The size of a model's file with its external data, in bytes.</summary>
    internal static long SizeOf(OnnxModel model)
    {
        long external = TensorWalker.All(model.Proto)
            .Where(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External)
            .Sum(tensor => TensorTypes.GetBytes(tensor.DataType, TensorTypes.CountElements(tensor)));
        return model.Proto.CalculateSize() + external;
    }

    private static WeightReport Describe(WeightNode node, WeightUses uses, IReadOnlyDictionary<string, TensorStatistics> known, PackingOptions? packing)
    {
        (IReadOnlyList<string> types, WeightRole role) = WeightRoles.Describe(node.Scope, node.Name, uses);
        if (known.TryGetValue(node.Path, out TensorStatistics? statistics) && node.OperatorType == NodeDomain.PackedWeight)
        {
            PackedHeader header = TensorCompressor.ReadHeader(node.ReadBlob().Span);
            return Row(node.Path, types, role, header.ElementType, header.Shape, header.IsShared ? header.Groups : 0, statistics);
        }

        CompressedTensor tensor = node.Decode();
        PackingOptions? options = packing ?? (node.OperatorType == NodeDomain.PackedWeight
            ? new PackingOptions { Coder = TensorCompressor.ReadHeader(node.ReadBlob().Span).Coder }
            : null);
        return Row(node.Path, types, role, tensor.ElementType, tensor.Shape, (tensor as CodedTensor)?.Codebook.Groups ?? 0, TensorCompressor.Compress(tensor, options).Statistics);

        WeightReport Row(string path, IReadOnlyList<string> operators, WeightRole weightRole, ElementType type, TensorShape shape, int groups, TensorStatistics bytes) => new()
        {
            Path = path,
            OperatorTypes = operators,
            Role = weightRole,
            ElementType = type,
            Shape = shape,
            Form = node.OperatorType,
            DenseBytes = (long)shape.Length * type.GetSize(),
            FileBytes = node.FileBytes,
            NonZeros = bytes.NonZeros,
            Groups = groups,
            CodebookSize = bytes.CodebookSize,
            Statistics = bytes,
        };
    }

    private static WeightReport Describe(Weight weight, PackingOptions? packing)
    {
        PrunedTensor tensor = Pruner.Stored(weight);
        CodedTensor? coded = LosslessSharer.TryShare(tensor);
        int nonZeros = tensor.CountNonZeros();
        return new WeightReport
        {
            Path = weight.Path,
            OperatorTypes = weight.OperatorTypes,
            Role = weight.Role,
            ElementType = weight.ElementType,
            Shape = weight.Shape,
            Form = "Dense",
            DenseBytes = weight.DenseBytes,
            FileBytes = weight.FileBytes,
            NonZeros = nonZeros,
            Groups = coded is null ? 0 : 1,
            CodebookSize = coded?.Codebook.Size ?? 0,
            Statistics = coded is null && nonZeros == weight.Shape.Length ? null : TensorCompressor.Compress(coded ?? (CompressedTensor)tensor, packing).Statistics,
        };
    }
}
