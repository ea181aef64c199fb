namespace DeepCompression.Onnx;

/// <summary>The copy that a pass works on, and its notes.</summary>
internal sealed class PassContext
{
    private readonly List<PassNote> _changed = [];
    private readonly List<PassNote> _skipped = [];

    public PassContext(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model.Clone();
        Replacer = new WeightReplacer(Model);
    }

    public OnnxModel Model { get; }

    public WeightReplacer Replacer { get; }

    public void Change(string weight, string text) => _changed.Add(new PassNote(weight, text));

    public void Skip(string weight, string reason) => _skipped.Add(new PassNote(weight, reason));

    public PassResult Finish()
    {
        Replacer.Finish();
        return new PassResult(Model, _changed, _skipped);
    }
}
