using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Weights and the operators that read them, which are claimed all or none.</summary>
internal sealed class ClaimGroup
{
    /// <summary>The weights.</summary>
    public List<WeightNode> Weights { get; } = [];

    /// <summary>The operators.</summary>
    public List<NodeView> Readers { get; } = [];

    /// <summary>How the operators would be computed.</summary>
    public List<UnitPlan> Units { get; } = [];

    /// <summary>Why they cannot be; null where they can.</summary>
    public string? Refusal { get; set; }

    /// <summary>Nanoseconds from compressed weights.</summary>
    public double Kernel { get; set; }

    /// <summary>Nanoseconds on stock ONNX Runtime.</summary>
    public double Dense { get; set; }

    /// <summary>Dense / Kernel.</summary>
    public double Speedup => Dense / Kernel;

    /// <summary>Whether all are transposed convolutions.</summary>
    public bool IsTransposed => Units.Count > 0 && Units.TrueForAll(unit => unit is TransposedConvolutionPlan);

    /// <summary>Whether the layout of what lies around the operators matters.</summary>
    public bool IsOfLayout => Refusal is null && Readers.TrueForAll(LayoutChoice.Concerns);
}
