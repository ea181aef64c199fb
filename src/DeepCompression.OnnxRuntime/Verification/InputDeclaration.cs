using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>An input that a model declares.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">The type of an element.</param>
/// <param name="Shape">The dimensions, outermost first; -1 for one that is open.</param>
/// <param name="Symbols">The name of each open dimension, for example <c>batch</c>; empty for one without a name.</param>
public sealed record InputDeclaration(string Name, TensorElementType ElementType, ImmutableArray<long> Shape, ImmutableArray<string> Symbols)
{
    /// <summary>The dimensions with a cross between, for example <c>batchx3x48x?</c>.</summary>
    public override string ToString() =>
        $"{Name}: {ElementType} {(Shape.Length == 0 ? "scalar" : string.Join('x', Shape.Select((d, i) => d >= 0 ? $"{d}" : Symbols[i].Length > 0 ? Symbols[i] : "?")))}";
}
