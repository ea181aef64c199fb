using System.Buffers.Binary;
using DeepCompression.Coding;
using DeepCompression.Tests.Sparse;

namespace DeepCompression.Tests.Coding;

public sealed class MutationTests
{
    private const int Mutants = 12_000;
    private const int Blobs = 300;
    private const long MostBytes = 64 << 20; // one segment's arrays and contexts, whatever the header says

    [Fact]
    public void Decompress_BitFlippedCutOrGrownBlobs_ThrowsInvalidData()
    {
        Random random = new(20161);
        byte[][] blobs = NewBlobs(random);
        for (int i = 0; i < Mutants; i++)
        {
            byte[] mutant = Mutate(random, [.. blobs[i % Blobs]]);
            Assert.Throws<InvalidDataException>(() => TensorCompressor.Decompress(mutant));
        }
    }

    [Fact]
    public void Decompress_MutantsWithGoodChecksum_DecodeOrThrowInvalidData()
    {
        Random random = new(20162);
        byte[][] blobs = NewBlobs(random);
        int decoded = 0;
        for (int i = 0; i < Mutants; i++)
        {
            byte[] mutant = Mutate(random, [.. blobs[i % Blobs]]);
            if (mutant.Length < 6)
                continue;
            BinaryPrimitives.WriteUInt32LittleEndian(mutant.AsSpan(mutant.Length - 4), BlobHeader.GetChecksum(mutant.AsSpan(0, mutant.Length - 4)));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                CompressedTensor tensor = TensorCompressor.Decompress(mutant);
                if (tensor.DenseBytes < 1 << 22)
                {
                    TensorCompressor.DecompressTo(mutant, new byte[tensor.DenseBytes]);
                    TensorCompressor.DecompressTo(mutant, (_, _) => { });
                }

                decoded++;
            }
            catch (InvalidDataException bad)
            {
                Assert.NotEmpty(bad.Message);
                Assert.DoesNotContain('\n', bad.Message);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes + ((long)mutant.Length << 20));
        }

        Assert.InRange(decoded, 1, Mutants);
    }

    private static byte[][] NewBlobs(Random random) => [.. Enumerable.Range(0, Blobs).Select(_ => NewBlob(random))];

    private static byte[] NewBlob(Random random)
    {
        int seed = random.Next();
        CompressedTensor tensor = random.Next(4) == 0 ? RandomTensors.Pruned(seed) : RandomTensors.Coded(seed, random.Next(3) > 0);
        return TensorCompressor.Compress(tensor, TensorCompressorTests.Options(random.Next(256)) with { MaxDegreeOfParallelism = 1 }).Blob;
    }

    private static byte[] Mutate(Random random, byte[] blob)
    {
        switch (random.Next(6))
        {
            case 0:
                return blob[..random.Next(blob.Length)];
            case 1:
                return [.. blob, (byte)random.Next(256)];
            case 2:
                int at = random.Next(blob.Length);
                return [.. blob[..at], (byte)random.Next(256), .. blob[at..]];
            case 3:
                at = random.Next(Math.Min(blob.Length, 12)); // mostly the header
                blob[at] ^= (byte)(1 << random.Next(8));
                return blob;
            case 4:
                at = random.Next(blob.Length);
                blob[at] ^= (byte)random.Next(1, 256);
                return blob;
            default:
                for (int flips = random.Next(1, 9); flips > 0; flips--)
                    blob[random.Next(blob.Length)] ^= (byte)random.Next(1, 256);
                blob[0] ^= (byte)(random.Next(20) == 0 ? 1 : 0);
                return blob;
        }
    }
}
