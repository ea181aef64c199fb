namespace DeepCompression.Sparse;

/// <summary>
/// The bits of an element of four bytes. Methods that are generic over a type of this assembly are compiled ahead of time, those over
/// numbers of .NET's own are not.
/// </summary>
internal readonly record struct Bits32(uint Value);
