using DeepCompression.Onnx.Schema;
using Google.Protobuf.Collections;

namespace DeepCompression.Onnx;

/// <summary>Keeps the functions, opset imports and IR version of a model in line with the nodes of our domain in it.</summary>
internal static class ModelImports
{
    private const int FunctionIrVersion = 8; // the first with model-local functions

    /// <summary>The version of the default domain that a scope's operators are of, or 0.</summary>
    public static long OpsetOf(ModelProto proto, FunctionProto? function) =>
        (function?.OpsetImport ?? proto.OpsetImport).FirstOrDefault(import => import.Domain is "" or "ai.onnx")?.Version ?? 0;

    public static void Update(OnnxModel model)
    {
        ModelProto proto = model.Proto;
        IReadOnlyList<WeightNode> nodes = WeightNodeWalker.Find(model);
        for (int i = proto.Functions.Count - 1; i >= 0; i--)
        {
            if (proto.Functions[i].Domain == NodeDomain.Name)
                proto.Functions.RemoveAt(i);
        }

        foreach (FunctionProto function in proto.Functions)
            UpdateImport(function.OpsetImport, nodes.Any(node => ReferenceEquals(node.Scope.Function, function)));
        UpdateImport(proto.OpsetImport, nodes.Count > 0);

        if (OpsetOf(proto, null) < WeightFunctions.MinOpset && nodes.Any(node => node.OperatorType != NodeDomain.PackedWeight))
            OpsetUpgrade.Run(proto);
        foreach (var byType in nodes.Where(node => node.OperatorType != NodeDomain.PackedWeight).GroupBy(node => node.OperatorType).OrderBy(group => group.Key, StringComparer.Ordinal))
            proto.Functions.Add(WeightFunctions.Create(byType.Key, OpsetOf(proto, null), byType.Any(node => node.IsGrouped), byType.Any(node => node.IsBFloat16)));
        if (proto.Functions.Any(function => function.Domain == NodeDomain.Name) && proto.IrVersion < FunctionIrVersion)
            RaiseIrVersion(proto);
    }

    private static void UpdateImport(RepeatedField<OperatorSetIdProto> imports, bool isUsed)
    {
        OperatorSetIdProto? import = imports.FirstOrDefault(import => import.Domain == NodeDomain.Name);
        if (isUsed && import is null)
            imports.Add(new OperatorSetIdProto { Domain = NodeDomain.Name, Version = NodeDomain.Version });
        else if (!isUsed && import is not null)
            imports.Remove(import);
    }

    // Before IR version 4 initializers must be listed as inputs and are constant; later, listing them lets callers replace them.
    private static void RaiseIrVersion(ModelProto proto)
    {
        if (proto.IrVersion < 4)
        {
            foreach (GraphProto graph in GraphScope.All(proto).Select(scope => scope.Graph).OfType<GraphProto>())
            {
                HashSet<string> constants = [.. graph.Initializer.Select(tensor => tensor.Name)];
                foreach (ValueInfoProto input in graph.Input.Where(input => constants.Contains(input.Name)).ToArray())
                    graph.Input.Remove(input);
            }
        }

        proto.IrVersion = FunctionIrVersion;
    }
}
