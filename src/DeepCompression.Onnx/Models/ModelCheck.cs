using DeepCompression.Onnx.Schema;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx;

/// <summary>Checks what a graph says, without reading a weight.</summary>
internal static class ModelCheck
{
    /// <summary>Finds operators that no import or function explains, and element types that are none.</summary>
    /// <exception cref="InvalidDataException">An operator is unknown, or its domain is not imported; the message names the node.</exception>
    /// <exception cref="NotSupportedException">The element type of an input, output or value is unknown.</exception>
    public static void Run(OnnxModel model)
    {
        ModelProto proto = model.Proto;
        HashSet<(string Domain, string Name)> functions = [.. proto.Functions.Select(function => (Domain(function.Domain), function.Name))];
        foreach (GraphScope scope in GraphScope.All(proto))
        {
            Dictionary<string, long> imports = [];
            foreach (OperatorSetIdProto import in scope.Function?.OpsetImport ?? proto.OpsetImport)
                imports[Domain(import.Domain)] = import.Version;
            foreach (NodeProto node in scope.Nodes)
            {
                string domain = Domain(node.Domain);
                if (functions.Contains((domain, node.OpType)))
                    continue;
                if (!imports.TryGetValue(domain, out long version))
                    Throw(model, scope, node, $"the model does not import the domain '{(domain.Length == 0 ? "ai.onnx" : domain)}' of its operator {node.OpType}");
                if (domain.Length == 0 && !OnnxOperators.CanBe(node.OpType, version))
                    Throw(model, scope, node, $"{(node.OpType.Length == 0 ? "it has no operator" : $"{node.OpType} is no operator of ONNX, opset {version}")}");
            }

            if (scope.Graph is null)
                continue;
            foreach (ValueInfoProto value in scope.Graph.Input.Concat(scope.Graph.Output).Concat(scope.Graph.ValueInfo))
            {
                if (value.Type?.TensorType is { } tensor && !Enum.IsDefined((DataType)tensor.ElemType))
                    throw new NotSupportedException($"{model.Name}: value '{scope.Path}{value.Name}': element type {tensor.ElemType} is unknown.".OneLine());
            }
        }
    }

    private static void Throw(OnnxModel model, GraphScope scope, NodeProto node, string cause) =>
        throw new InvalidDataException($"{model.Name}: node '{scope.Path}{GraphScope.Label(node)}': {cause}.".OneLine());

    private static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;
}
