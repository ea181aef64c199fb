using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.OnnxRuntime.Messages;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>A value of a model file, as the execution provider looks at values.</summary>
/// <param name="name">The value's name.</param>
/// <param name="isOutput">Whether the value leaves the graph.</param>
/// <param name="constant">The value's tensor; null where it is computed, or an input that a caller can override.</param>
/// <param name="shape">The dimensions that the file says, -1 where it does not; null where not even the rank is said.</param>
internal sealed class ModelValue(string name, bool isOutput, TensorMessage? constant, long[]? shape) : ValueView(name)
{
    private long[]? _shape = shape ?? constant?.Shape;

    /// <inheritdoc/>
    public override bool IsGraphOutput => isOutput;

    /// <inheritdoc/>
    public override long[]? Shape => _shape;

    /// <summary>Completes what the file says by what follows from the node that yields the value.</summary>
    public void Infer(long[]? inferred)
    {
        if (_shape is null)
            _shape = inferred;
        else if (inferred?.Length == _shape.Length)
            _shape = Completed(_shape, inferred);
    }

    private static long[] Completed(long[] said, long[] found)
    {
        long[] result = (long[])said.Clone();
        for (int i = 0; i < result.Length; i++)
            result[i] = said[i] >= 0 ? said[i] : found[i];
        return result;
    }

    /// <inheritdoc/>
    protected override TensorView? ReadConstant() => constant is null ? null : new TensorView(constant.ElementType, constant.Shape, constant.Read());
}
