namespace DeepCompression.Training.Data;

/// <summary>One tensor of a batch: an input of the network or a target of the loss.</summary>
/// <param name="Name">The name by which a graph asks for it.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="SampleShape">The shape of one sample; a batch has one dimension more, in front.</param>
public sealed record BatchField(string Name, FieldType Type, TensorShape SampleShape)
{
    /// <summary>The name that sources give to their inputs where nothing else is asked for.</summary>
    public const string DefaultInput = "input";

    /// <summary>The name that sources give to their class labels where nothing else is asked for.</summary>
    public const string DefaultLabel = "label";
}
