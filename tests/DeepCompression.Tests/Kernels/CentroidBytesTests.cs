using DeepCompression.Kernels;

namespace DeepCompression.Tests.Kernels;

public class CentroidBytesTests
{
    [Fact]
    public unsafe void LookUp_AnyCodes_FindsTheirCentroids()
    {
        if (!CentroidBytes.IsSupported)
            return;
        Random random = new(35);
        for (int round = 0; round < 100; round++)
        {
            float[] centroids = KernelCases.Numbers(random, round % 4 == 0 ? 256 : random.Next(1, 257));
            byte[] codes = [.. Enumerable.Range(0, 16 * random.Next(4, 30)).Select(_ => (byte)random.Next(centroids.Length))];
            float[] found = new float[codes.Length + 1];
            found[^1] = float.NaN;
            using CentroidBytes bytes = new(centroids);
            fixed (byte* from = codes)
            fixed (float* to = found)
                bytes.LookUp(from, codes.Length, to);
            Assert.Equal([.. codes.Select(code => centroids[code]), float.NaN], found);
        }
    }
}
