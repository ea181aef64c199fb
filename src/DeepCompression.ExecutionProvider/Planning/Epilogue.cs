using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>
/// What follows a product before it is stored: <c>activation(product * scale[channel] + shift[channel])</c>.
/// </summary>
/// <param name="Scale">A factor a channel; null for 1.</param>
/// <param name="Shift">A summand a channel; null for 0.</param>
/// <param name="Activation">The function applied last.</param>
internal sealed record Epilogue(float[]? Scale, float[]? Shift, Activation Activation)
{
    /// <summary>Equal for equal epilogues.</summary>
    public string Recipe => string.Join('|', (string[])[Text(Scale), Text(Shift), Activation.ToString()]);

    /// <summary>Follows the nodes behind an operator for as long as they can be computed with it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="node">The operator; its first output carries the channels in axis <paramref name="channelAxis"/>.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="channelAxis">1 of a convolution; -1, the last, of a matrix product.</param>
    /// <param name="scale">A factor of all channels that is part of the operator itself.</param>
    /// <param name="shift">The operator's own bias; null for none.</param>
    /// <returns>The epilogue, and the nodes that it stands for, in order.</returns>
    public static (Epilogue Epilogue, List<NodeView> Followers) Match(GraphView graph, NodeView node, int channels, int channelAxis, float scale, float[]? shift)
    {
        float[]? factors = scale == 1 ? null : Filled(channels, scale);
        Activation activation = default;
        List<NodeView> followers = [];
        for (NodeView last = node; activation.Kind == ActivationKind.None && graph.OnlyReader(last.Outputs[0]) is NodeView next; last = next)
        {
            if (next.IsOnnx("Add") && ReadBias(next, last.Outputs[0]!, channels, channelAxis) is float[] bias)
                shift = shift is null ? bias : Combined(shift, bias, (a, b) => a + b);
            else if (next.IsOnnx("BatchNormalization") && channelAxis == 1 && ReadNormalization(next, channels) is var (factor, summand))
                (factors, shift) = (factors is null ? factor : Combined(factors, factor, (a, b) => a * b), shift is null ? summand : Combined(Combined(shift, factor, (a, b) => a * b), summand, (a, b) => a + b));
            else if (ReadActivation(next) is Activation function)
                activation = function;
            else
                break;
            followers.Add(next);
        }

        return (new Epilogue(factors, shift, activation), followers);
    }

    /// <summary>Reads a constant as one float32 a channel: a scalar or a vector along the channels.</summary>
    /// <returns>The values, or null where the constant is something else.</returns>
    public static float[]? ReadChannels(TensorView? constant, int channels, int rank, int channelAxis)
    {
        if (constant is null || constant.ElementType != OnnxType.Float32)
            return null;
        ReadOnlySpan<float> values = constant.As<float>();
        if (values.Length == 1 && constant.Shape.Length <= rank)
            return Filled(channels, values[0]);

        int axisFromEnd = channelAxis < 0 ? -channelAxis : rank - channelAxis;
        bool alongChannels = values.Length == channels && constant.Shape.Length >= axisFromEnd && constant.Shape.Length <= rank && constant.Shape[^axisFromEnd] == channels;
        return alongChannels ? values.ToArray() : null;
    }

    private static float[]? ReadBias(NodeView add, ValueView product, int channels, int channelAxis)
    {
        ValueView? other = add.Input(0)?.Name == product.Name ? add.Input(1) : add.Input(0);
        // A bias of a higher rank than the product would change the shape of the result. A vector along the last axis never does.
        int rank = product.Shape?.Length ?? (channelAxis < 0 ? 1 : 0);
        return rank == 0 ? null : ReadChannels(other?.Constant, channels, rank, channelAxis);
    }

    /// <summary>Reads a normalization, <c>y = (x - mean) / sqrt(variance + epsilon) * gamma + beta</c>, as a factor and a summand a channel; null where they are not constant.</summary>
    public static (float[] Factor, float[] Summand)? ReadNormalization(NodeView node, int channels)
    {
        if (node.Outputs.Length > 1 || node.GetInt("training_mode", 0) != 0)
            return null;
        float epsilon = node.GetFloat("epsilon", 1e-5f);
        float[][] constants = new float[4][];
        for (int i = 0; i < constants.Length; i++)
        {
            if (node.Input(i + 1)?.Constant is not { ElementType: OnnxType.Float32 } constant || constant.As<float>().Length != channels)
                return null;
            constants[i] = constant.As<float>().ToArray();
        }

        float[] factor = new float[channels];
        float[] summand = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            factor[c] = constants[0][c] / MathF.Sqrt(constants[3][c] + epsilon);
            summand[c] = constants[1][c] - (constants[2][c] * factor[c]);
        }

        return (factor, summand);
    }

    /// <summary>The activation that a node is; null for another operator.</summary>
    public static Activation? ReadActivation(NodeView node)
    {
        if (node.IsOnnx("Relu"))
            return Activation.Relu;
        if (node.IsOnnx("LeakyRelu"))
            return Activation.LeakyRelu(node.GetFloat("alpha", 0.01f));
        if (!node.IsOnnx("Clip"))
            return null;

        // Before version 11 the bounds were attributes; a bound that is left out does not bound.
        float minimum = node.GetFloat("min", float.NegativeInfinity);
        float maximum = node.GetFloat("max", float.PositiveInfinity);
        return ReadBound(node.Input(1), ref minimum) && ReadBound(node.Input(2), ref maximum)
            ? Activation.Clip(minimum, maximum)
            : null;
    }

    private static bool ReadBound(ValueView? value, ref float bound)
    {
        if (value is null)
            return true;
        if (value.Constant is not { ElementType: OnnxType.Float32 } constant || constant.As<float>().Length != 1)
            return false;
        bound = constant.As<float>()[0];
        return true;
    }

    /// <summary>Numbers as a text, equal for equal ones.</summary>
    public static string Text(float[]? values) =>
        values is null ? "" : new string(MemoryMarshal.Cast<float, char>(values));

    private static float[] Filled(int count, float value)
    {
        float[] result = new float[count];
        for (int i = 0; i < count; i++)
            result[i] = value;
        return result;
    }

    private static float[] Combined(float[] a, float[] b, Func<float, float, float> operation) => [.. a.Zip(b, operation)];
}
