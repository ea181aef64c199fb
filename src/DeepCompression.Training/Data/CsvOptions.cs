namespace DeepCompression.Training.Data;

/// <summary>How a CSV file is read as samples.</summary>
public sealed record CsvOptions
{
    /// <summary>Whether the first line names the columns. By default true.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>What stands between two values. By default a comma.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>The column of the class label: its name, or its number from 0 on; null where there are no labels. By default <c>label</c>.</summary>
    public string? LabelColumn { get; init; } = BatchField.DefaultLabel;

    /// <summary>The name of the input's field: all other columns in their order.</summary>
    public string InputName { get; init; } = BatchField.DefaultInput;

    /// <summary>The name of the label's field.</summary>
    public string LabelName { get; init; } = BatchField.DefaultLabel;

    /// <summary>The shape of one sample, for example 1x28x28; null for a vector of all columns.</summary>
    public TensorShape? SampleShape { get; init; }

    /// <summary>What each value is multiplied with, for example 1/255. By default 1.</summary>
    public float Scale { get; init; } = 1;
}
