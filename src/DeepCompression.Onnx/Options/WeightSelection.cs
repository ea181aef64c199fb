namespace DeepCompression.Onnx;

/// <summary>Decides by the three levels of <see cref="CompressionOptions"/> what is done to a weight, or why nothing is.</summary>
internal static class WeightSelection
{
    /// <summary>The options of a weight.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="options">The options of the model.</param>
    /// <param name="reason">Why the weight stays as it is; empty where it does not.</param>
    /// <returns>The options, or null where the weight stays as it is.</returns>
    public static WeightOptions? Select(Weight weight, CompressionOptions options, out string reason)
    {
        WeightOptions? selected = SelectLevel(weight, options, out reason);
        if (selected is null)
            return null;
        if (weight.Shape.Length == 0)
            reason = "it has no elements";
        else if (weight.IsOverridable && !options.FreezeOverridable)
            reason = "it is an input of the graph, which callers may replace";
        else
            return options.Lossless ? new WeightOptions { Packing = selected.Packing } : selected;
        return null;
    }

    private static WeightOptions? SelectLevel(Weight weight, CompressionOptions options, out string reason)
    {
        reason = "";
        if (options.ByWeight.TryGetValue(weight.Path, out WeightOptions? byWeight) || options.ByWeight.TryGetValue(weight.Name, out byWeight))
        {
            reason = byWeight is null ? "its name says so" : "";
            return byWeight;
        }

        if (weight.Shape.Length < options.MinElements)
            reason = $"it has fewer than {options.MinElements} elements";
        else if (!options.Lossless && weight.Role is WeightRole.Bias or WeightRole.Normalization)
            reason = weight.Role == WeightRole.Bias ? "it is a bias" : "it is a parameter of a normalization";
        if (reason.Length > 0)
            return null;

        foreach (string type in weight.OperatorTypes)
        {
            if (!options.ByOperator.TryGetValue(type, out WeightOptions? byOperator))
                continue;
            reason = byOperator is null ? $"its operator {type} says so" : "";
            return byOperator;
        }

        if (!options.Lossless && weight.Role == WeightRole.Other)
            reason = $"{(weight.OperatorTypes.Count == 0 ? "no operator uses it" : $"it is no weight of {string.Join(", ", weight.OperatorTypes)}")}";
        else if (options.Default is null)
            reason = "there are no options for it";
        return reason.Length > 0 ? null : options.Default;
    }
}
