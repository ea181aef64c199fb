using System.Text.RegularExpressions;
using DeepCompression.Onnx.Schema;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>What ONNX Runtime says of a model that it does not load or run, in one short line that names the node where it can be known.</summary>
internal static partial class RuntimeMessage
{
    private const int MaxLength = 240; // characters: enough for a cause, and not for a dump

    /// <summary>The cause, without the runtime's codes, source files and stacks.</summary>
    /// <param name="error">What the runtime threw.</param>
    /// <param name="model">The model, to look up a node that the runtime names by its operator alone; null where there is none.</param>
    public static string Of(OnnxRuntimeException error, ModelProto? model = null)
    {
        string text = Code().Replace(error.Message.ReplaceLineEndings("\n").Split('\n')[0], "");
        text = SourceLocation().Replace(text, "");
        text = Preamble().Replace(text, "").Trim();
        if (NotRegistered().Match(text) is { Success: true } missing)
        {
            (string domain, string name) = (missing.Groups["domain"].Value, missing.Groups["op"].Value);
            NodeProto? node = model?.Graph.Node.FirstOrDefault(node => node.OpType == name && node.Domain == domain);
            return $"{(node is null ? "" : $"node '{(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault())}': ")}operator {domain}:{name} is unknown to ONNX Runtime";
        }

        if (NoOperator().Match(text) is { Success: true } unknown)
            return $"node '{unknown.Groups["node"].Value}': {unknown.Groups["cause"].Value.Trim()}";
        if (WrongType().Match(text) is { Success: true } type)
            return $"node '{type.Groups["node"].Value}': {type.Groups["op"].Value} does not take {type.Groups["type"].Value} for '{type.Groups["value"].Value}'";
        if (InNode().Match(text) is { Success: true } inNode)
            text = $"node '{inNode.Groups["node"].Value}' ({inNode.Groups["op"].Value}): {inNode.Groups["cause"].Value}";
        else if (NewOpset().Match(text) is { Success: true } opset)
            text = $"opset {opset.Groups["version"].Value} is newer than this runtime knows";
        return text.Length > MaxLength ? text[..MaxLength].TrimEnd() + " ..." : text.TrimEnd('.');
    }

    [GeneratedRegex(@"^\[ErrorCode:\w+\]\s*")]
    private static partial Regex Code();

    [GeneratedRegex(@"/\S+\.(h|cc|cpp):\d+ .*?\)( const)? (?=[A-Z])")]
    private static partial Regex SourceLocation();

    [GeneratedRegex(@"^((Load model from .*? failed:)|(Failed to load model with error: )|(This is an invalid model\. )|(Invalid model\. )|(Fatal error: ))+")]
    private static partial Regex Preamble();

    [GeneratedRegex(@"^(?<domain>[^:\s]*):(?<op>[^(\s]+)\([^)]*\) is not a registered function/op")]
    private static partial Regex NotRegistered();

    [GeneratedRegex(@"^Node \((?<node>.*?)\) Op \((?<op>\w+)\) (\[\w+\] )?(?<cause>.*)$")]
    private static partial Regex InNode();

    [GeneratedRegex(@"^ONNX Runtime only \*guarantees\*.* Opset (?<version>\d+) is under development")]
    private static partial Regex NewOpset();

    [GeneratedRegex("^In Node, \\(\"(?<node>[^\"]*)\".*, Error (?<cause>.*)$")]
    private static partial Regex NoOperator();

    [GeneratedRegex(@"^Type Error: Type '(?<type>[^']*)' of input parameter \((?<value>.*)\) of operator \((?<op>[^)]*)\) in node \((?<node>.*)\) is invalid")]
    private static partial Regex WrongType();
}
