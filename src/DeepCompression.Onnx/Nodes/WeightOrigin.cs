using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>
/// How a dense weight was stored before a node took its place. The common case, an initializer with raw data, needs no note;
/// others are noted in the node's metadata, so that unpacking gives the same file again.
/// </summary>
/// <param name="Place">Initializer or Constant node.</param>
/// <param name="IsTyped">Whether the elements were in a typed field such as <c>float_data</c>.</param>
/// <param name="HasDomain">Whether the Constant node spelled out its empty domain.</param>
/// <param name="TensorName">The name of the tensor in a Constant node; null where it has none.</param>
internal sealed record WeightOrigin(WeightPlace Place, bool IsTyped = false, bool HasDomain = false, string? TensorName = null)
{
    private const string PlaceKey = "stored";
    private const string NameKey = "tensor";

    /// <summary>Whether the elements were in the raw field of a tensor.</summary>
    public bool IsRaw => !IsTyped && Place != WeightPlace.ConstantFloats;

    /// <summary>How a weight is stored now.</summary>
    public static WeightOrigin Of(Weight weight)
    {
        bool isTyped = weight.Tensor is { HasRawData: false, DataLocation: TensorProto.Types.DataLocation.Default } && weight.Shape.Length > 0;
        return weight.Place switch
        {
            WeightPlace.Initializer => new(weight.Place, isTyped),
            WeightPlace.Constant => new(weight.Place, isTyped, weight.ConstantNode!.HasDomain, weight.Tensor!.HasName ? weight.Tensor.Name : null),
            _ => new(weight.Place, HasDomain: weight.ConstantNode!.HasDomain),
        };
    }

    /// <summary>Reads the note of a node.</summary>
    public static WeightOrigin Of(NodeProto node)
    {
        string[] words = (Find(node, PlaceKey) ?? "").Split(' ');
        WeightPlace place = words.Contains("constant") ? WeightPlace.Constant : words.Contains("floats") ? WeightPlace.ConstantFloats : WeightPlace.Initializer;
        return new WeightOrigin(place, words.Contains("typed"), words.Contains("domain"), Find(node, NameKey));
    }

    /// <summary>Notes the origin in a node's metadata.</summary>
    public void WriteTo(NodeProto node)
    {
        List<string> words = [];
        if (Place != WeightPlace.Initializer)
            words.Add(Place == WeightPlace.Constant ? "constant" : "floats");
        if (IsTyped)
            words.Add("typed");
        if (HasDomain)
            words.Add("domain");
        if (words.Count > 0)
            node.MetadataProps.Add(new StringStringEntryProto { Key = PlaceKey, Value = string.Join(' ', words) });
        if (TensorName is not null)
            node.MetadataProps.Add(new StringStringEntryProto { Key = NameKey, Value = TensorName });
    }

    /// <summary>Removes the note.</summary>
    public static void RemoveFrom(NodeProto node)
    {
        foreach (StringStringEntryProto entry in node.MetadataProps.Where(entry => entry.Key is PlaceKey or NameKey).ToArray())
            node.MetadataProps.Remove(entry);
    }

    private static string? Find(NodeProto node, string key) => node.MetadataProps.FirstOrDefault(entry => entry.Key == key)?.Value;
}
