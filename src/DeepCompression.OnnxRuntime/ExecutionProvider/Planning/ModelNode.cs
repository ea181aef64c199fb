using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.OnnxRuntime.Messages;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>A node of a model file, as the execution provider looks at nodes.</summary>
internal sealed class ModelNode : NodeView
{
    public ModelNode(NodeMessage message, Func<string, ModelValue?> value)
    {
        Message = message;
        (Name, OpType, Domain) = (message.Name, message.OpType, message.Domain);
        (Inputs, Outputs, ImplicitInputs) = (Values(message.Inputs, value), Values(message.Outputs, value), message.HasGraphs ? Values([.. message.Captured.Distinct().Where(name => !message.Inputs.Contains(name))], value) : []);
    }

    /// <summary>The node's message.</summary>
    public NodeMessage Message { get; }

    /// <inheritdoc/>
    public override long GetInt(string name, long fallback) => Find(name)?.GetInt() ?? fallback;

    /// <inheritdoc/>
    public override float GetFloat(string name, float fallback) => Find(name)?.GetFloat() ?? fallback;

    /// <inheritdoc/>
    public override long[]? GetInts(string name) => Find(name)?.GetInts();

    /// <inheritdoc/>
    public override string GetString(string name, string fallback) => Find(name)?.GetTexts() is [.., string text] ? text : fallback;

    /// <inheritdoc/>
    public override string[]? GetStrings(string name) => Find(name)?.GetTexts();

    /// <inheritdoc/>
    public override bool Has(string name) => Find(name) is not null;

    private static ValueView?[] Values(List<string> names, Func<string, ModelValue?> value)
    {
        ValueView?[] values = new ValueView?[names.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = value(names[i]);
        return values;
    }

    private AttributeMessage? Find(string name)
    {
        foreach (AttributeMessage attribute in Message.Attributes)
        {
            if (attribute.Name == name)
                return attribute;
        }

        return null;
    }
}
