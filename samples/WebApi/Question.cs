using Microsoft.ML;
using Microsoft.ML.Data;

namespace WebApi;

/// <summary>What is sent: 28x28 pixels from 0 to 1, row by row.</summary>
public sealed class Question
{
    public const int Size = 784;

    [VectorType(Size)]
    public float[] Pixels { get; set; } = [];

    internal static DataViewSchema Schema { get; } = new MLContext().Data.LoadFromEnumerable<Question>([]).Schema;
}

/// <summary>What comes back.</summary>
public sealed class Answer
{
    public float Digit { get; set; }

    public float[] Scores { get; set; } = [];
}
