namespace DeepCompression.Training.Graphs;

/// <summary>The element type (a number of <c>TensorProto.DataType</c>) and the static shape of a value of a graph.</summary>
internal readonly record struct TensorType(int ElementType, long[] Shape)
{
    public int Rank => Shape.Length;

    public long Length => Shapes.Length(Shape);

    public override string ToString() => $"[{string.Join(',', Shape)}]";
}
