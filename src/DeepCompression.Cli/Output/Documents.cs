using DeepCompression.Cli.Commands;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.Cli.Output;

/// <summary>What <c>unpack --json</c> prints.</summary>
internal sealed record UnpackDocument(string Input, string Output, string To, long InputBytes, long OutputBytes);

/// <summary>What <c>diff --json</c> prints.</summary>
internal sealed record DiffDocument(string A, string B, bool Same, bool SameGraph, IReadOnlyList<WeightDifference> Weights);

/// <summary>What <c>verify --json</c> prints.</summary>
internal sealed record VerifyDocument(string Original, string Other, ComparisonDocument Comparison, double MaxError, bool Holds);

/// <summary>A comparison of outputs.</summary>
internal sealed record ComparisonDocument(
    int Samples, bool Identical, double RelativeError, double MaxDifference, IReadOnlyList<OutputComparison> Outputs, IReadOnlyList<string> SkippedOutputs)
{
    public static ComparisonDocument From(VerificationReport report) => new(
        report.Samples, report.Identical, report.RelativeError, report.MaxDifference, [.. report.Outputs], [.. report.SkippedOutputs]);
}

/// <summary>What <c>inspect --json</c> prints.</summary>
internal sealed record InspectDocument(string File, long FileBytes, long DenseBytes, long WeightBytes, long FunctionBytes, long OtherBytes, EnergyDocument Energy, IReadOnlyList<WeightDocument> Weights);

/// <summary>A weight and where its bytes are.</summary>
internal sealed record WeightDocument(
    string Path, IReadOnlyList<string> Operators, string Role, string ElementType, IReadOnlyList<long> Shape, string Form, double Density, int NonZeros,
    int Groups, int CodebookSize, int Bits, long DenseBytes, long ReadBytes, long FileBytes, double Share, StagesDocument? Stages, string Note);

/// <summary>Bytes after each stage.</summary>
internal sealed record StagesDocument(long Pruned, long Shared, long GapsAndCodes, long CodedIndex, long CodedValues, long Side, long Packed, string Coder);

/// <summary>What <c>compress --json</c> prints.</summary>
internal sealed record CompressDocument(
    string Input, string Output, string Form, long InputBytes, long OutputBytes, double Ratio, bool Written, double? MaxError,
    ComparisonDocument? Comparison, IReadOnlyList<ChoiceDocument> Choices, IReadOnlyList<WeightDocument> Weights);

/// <summary>What was chosen for a weight, and why.</summary>
internal sealed record ChoiceDocument(string Path, double Sparsity, int Bits, int Groups, double EntropyPenalty, double ErrorShare, string Reason);
