namespace DeepCompression;

/// <summary>Receives a part of a dense weight.</summary>
/// <param name="offset">Where the part begins in the dense weight, in bytes.</param>
/// <param name="part">Its bytes, row-major and little-endian; they are valid during the call only.</param>
public delegate void DensePartAction(long offset, ReadOnlySpan<byte> part);
