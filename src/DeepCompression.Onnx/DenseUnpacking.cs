namespace DeepCompression.Onnx;

/// <summary>One run of <see cref="ModelUnpacker.UnpackTo"/> to dense weights.</summary>
internal sealed class DenseUnpacking(OnnxModel model, IProgress<CompressionProgress>? progress)
{
    private readonly ContentTokens _tokens = new();
    private readonly Lock _gate = new();
    private long _done;
    private long _total;

    public void Save(string path, SaveOptions options)
    {
        // Nodes of the original are decoded while the copy, in which tokens stand for their weights, is written.
        var context = new PassContext(model);
        IReadOnlyList<WeightNode> sources = WeightNodeWalker.Find(model), nodes = WeightNodeWalker.Find(context.Model);
        for (int i = 0; i < nodes.Count; i++)
            Restore(context, sources[i], nodes[i]);
        ModelWriter.Write(context.Finish().Model, Path.GetFullPath(path), options, _tokens);
    }

    private void Restore(PassContext context, WeightNode source, WeightNode node)
    {
        if (!WeightOrigin.Of(node.Node).IsRaw)
        {
            (ElementType decoded, TensorShape its, byte[] dense) = source.DecodeDense();
            context.Replacer.Restore(node, decoded, its, dense);
            return;
        }

        (ElementType type, TensorShape shape) = source.ReadTypeAndShape();
        _total += shape.Length;
        var content = new NodeDenseContent(source, (long)shape.Length * type.GetSize(), () => Report(source.Path, shape.Length));
        context.Replacer.Restore(node, type, shape, _tokens.Add(content).Memory);
    }

    private void Report(string weight, long elements)
    {
        lock (_gate)
        {
            _done += elements;
            progress?.Report(new CompressionProgress(weight, _done, _total));
        }
    }
}
