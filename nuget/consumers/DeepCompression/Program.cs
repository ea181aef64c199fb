using System.Runtime.InteropServices;
using DeepCompression;
using DeepCompression.WeightSharing;

// A weight with few values, coded and read back.
float[] values = [.. Enumerable.Range(0, 10_000).Select(i => i % 10 == 0 ? MathF.Sin(i) : 0)];
byte[] bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
PrunedTensor weight = new(ElementType.Float32, new TensorShape(100, 100), bytes);
CodedTensor shared = WeightSharer.Share(weight, new SharingOptions { Bits = 4 });
PackedTensor packed = TensorCompressor.Compress(shared);
byte[] before = new byte[bytes.Length], after = new byte[bytes.Length];
shared.CopyDenseTo(before);
TensorCompressor.DecompressTo(packed.Blob, after);
if (!before.AsSpan().SequenceEqual(after))
    throw new InvalidOperationException("The blob does not yield the weight.");
Console.WriteLine($"{bytes.Length:#,0} -> {packed.Blob.Length:#,0} bytes");
