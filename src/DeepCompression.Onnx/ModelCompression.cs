using DeepCompression.WeightSharing;

namespace DeepCompression.Onnx;

/// <summary>One run of <see cref="ModelCompressor"/>.</summary>
internal sealed class ModelCompression
{
    private readonly OnnxModel _original;
    private readonly CompressionOptions _options;
    private readonly PassContext _context;
    private readonly Dictionary<string, TensorStatistics> _statistics = [];

    public ModelCompression(OnnxModel model, CompressionOptions options)
    {
        (_original, _options) = (model, options);
        _context = new PassContext(model);
    }

    public CompressionResult Run()
    {
        if (_options.Form != ModelForm.Standard)
            ConvertNodes();
        else if (WeightNodeWalker.Find(_context.Model).Count > 0)
            throw new InvalidDataException($"{_original.Name}: its weights are compressed already; unpack it before it takes the standard form.");

        IReadOnlyList<(Weight Weight, WeightOptions Options)> selected = Select();
        var pruner = new Pruner(selected, _options);
        long done = 0, total = selected.Sum(pair => (long)pair.Weight.Shape.Length);
        foreach ((Weight weight, WeightOptions options) in selected)
        {
            _options.Progress?.Report(new CompressionProgress(weight.Path, done, total));
            try
            {
                Compress(weight, options, pruner);
            }
            catch (ArgumentException e)
            {
                // An option does not fit this weight, or it has values such as NaN that the lossy stages do not take.
                _context.Skip(weight.Path, e.Message.ReplaceLineEndings(" "));
            }

            done += weight.Shape.Length;
        }

        PassResult result = _context.Finish();
        if (_options.Form == ModelForm.Standard && _options.Standard.Kind == StandardKind.StaticInt8)
        {
            PassResult quantized = new StaticQuantizationPass(_options.Standard.ActivationRanges).Run(result.Model);
            result = new PassResult(quantized.Model, [.. result.Changed, .. quantized.Changed], [.. result.Skipped, .. quantized.Skipped]);
        }

        ModelReport report = ModelInspector.Inspect(result.Model, _statistics, result.Skipped);
        return new CompressionResult(result.Model, report, ModelInspector.SizeOf(_original), result.Changed, result.Skipped);
    }

    private List<(Weight Weight, WeightOptions Options)> Select()
    {
        IReadOnlyList<Weight> weights = WeightWalker.Find(_context.Model);
        HashSet<string> names = [.. weights.Select(weight => weight.Name), .. weights.Select(weight => weight.Path), .. WeightNodeWalker.Find(_context.Model).Select(node => node.Path)];
        if (_options.ByWeight.Keys.Concat(_options.InputNorms.Keys).FirstOrDefault(name => !names.Contains(name)) is { } unknown)
            throw new ArgumentException($"{_original.Name}: there is no weight '{unknown}'.");

        List<(Weight, WeightOptions)> selected = [];
        foreach (Weight weight in weights)
        {
            if (WeightSelection.Select(weight, _options, out string reason) is not { } options)
                _context.Skip(weight.Path, reason);
            else if (_options.Form == ModelForm.Portable && PortableForm.WhyNot(weight) is { } unsupported)
                _context.Skip(weight.Path, unsupported);
            else
                selected.Add((weight, options));
        }

        return selected;
    }

    // Weights that are compressed already take the form that is asked for, without another lossy stage.
    private void ConvertNodes()
    {
        foreach (WeightNode node in WeightNodeWalker.Find(_context.Model))
        {
            bool isPacked = node.OperatorType == NodeDomain.PackedWeight;
            if (isPacked == (_options.Form == ModelForm.Packed))
            {
                _context.Skip(node.Path, $"it is {(isPacked ? "packed" : "portable")} already");
                continue;
            }

            CompressedTensor tensor = node.Decode();
            string? unsupported = isPacked ? PortableForm.WhyNot(node) ?? PortableForm.WhyNot(tensor) : null;
            if (unsupported is not null)
                _context.Skip(node.Path, unsupported);
            else
                _context.Replacer.Replace(node, Encode(node.Path, tensor, _options.Default?.Packing));
        }
    }

    private void Compress(Weight weight, WeightOptions options, Pruner pruner)
    {
        PrunedTensor stored = Pruner.Stored(weight);
        PrunedTensor pruned = options.Pruning is null ? stored : pruner.Prune(weight, stored, options.Pruning);
        CompressedTensor tensor = options.WeightSharing is null ? LosslessSharer.TryShare(pruned) ?? (CompressedTensor)pruned : WeightSharer.Share(pruned, options.WeightSharing);
        if (_options.Form == ModelForm.Standard)
        {
            StandardForm.Replace(_context, weight, tensor, _options.Standard);
            return;
        }

        if (_options.Form == ModelForm.Portable && PortableForm.WhyNot(tensor) is { } unsupported)
        {
            _context.Skip(weight.Path, unsupported);
            return;
        }

        NodeContent content = Encode(weight.Path, tensor, options.Packing);

        // A portable node is there to be computed with as well: a small weight may take a few bytes of names more.
        long bytes = _options.Form == ModelForm.Packed ? content.BytesInPlaceOf(weight) : content.Bytes;
        if (bytes >= weight.DenseBytes)
        {
            _statistics.Remove(weight.Path);
            _context.Skip(weight.Path, $"as {content.OperatorType} it would have {bytes} bytes in place of {weight.DenseBytes}");
            return;
        }

        _context.Replacer.Replace(weight, content);
        _context.Change(weight.Path, $"{content.OperatorType}, {content.Bytes} bytes in place of {weight.DenseBytes}");
    }

    private NodeContent Encode(string path, CompressedTensor tensor, PackingOptions? packing)
    {
        if (_options.Form == ModelForm.Portable)
            return NodeContent.Portable(tensor);
        PackedTensor packed = TensorCompressor.Compress(tensor, packing);
        _statistics[path] = packed.Statistics;
        return NodeContent.Packed(packed.Blob);
    }
}
