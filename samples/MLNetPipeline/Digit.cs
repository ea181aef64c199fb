using Microsoft.ML.Data;

namespace MLNetPipeline;

/// <summary>A digit: 28x28 pixels from 0 to 1, and which digit it is.</summary>
public sealed class Digit
{
    /// <summary>The columns: the label is a key whose values are the digits themselves.</summary>
    public static SchemaDefinition Schema { get; } = CreateSchema();

    [VectorType(784)]
    public float[] Pixels { get; set; } = [];

    [KeyType(10)]
    public uint Label { get; set; }

    private static SchemaDefinition CreateSchema()
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Digit));
        VBuffer<float> digits = new(10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        definition[nameof(Label)].AddAnnotation("KeyValues", digits, new VectorDataViewType(NumberDataViewType.Single, 10));
        return definition;
    }
}

/// <summary>What the pipeline answers.</summary>
public sealed class Answer
{
    public float Digit { get; set; }
}
