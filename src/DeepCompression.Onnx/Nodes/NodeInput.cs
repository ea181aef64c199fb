namespace DeepCompression.Onnx;

/// <summary>A constant input of a weight's node.</summary>
/// <param name="Suffix">What follows the weight's name in the name of the input, without the dot.</param>
/// <param name="DataType">The element type, a number of <c>TensorProto.DataType</c>.</param>
/// <param name="Dimensions">The shape.</param>
/// <param name="Content">The elements, little-endian and row-major.</param>
internal sealed record NodeInput(string Suffix, int DataType, long[] Dimensions, ReadOnlyMemory<byte> Content);
