using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>A codebook in which every group has a code that stands for zero, padded to 32, 64, 128 or 256 centroids a group.</summary>
/// <param name="Codes">The code of zero, one a group.</param>
/// <param name="Codebook">The centroids, shape (groups, padded size).</param>
/// <param name="PaddedSize">Centroids a group.</param>
internal sealed record ZeroCodes(byte[] Codes, float[] Codebook, int PaddedSize)
{
    /// <summary>Finds a zero in every group, or adds one; null where all 256 codes of a group mean something else.</summary>
    public static ZeroCodes? Find(CsrMatrix matrix)
    {
        int size = matrix.Codebook.Length / matrix.Groups;
        byte[] codes = new byte[matrix.Groups];
        int needed = size;
        for (int group = 0; group < matrix.Groups; group++)
        {
            int zero = 0;
            while (zero < size && matrix.Codebook[(group * size) + zero] != 0)
                zero++;
            if (zero == size)
                needed = size + 1;
            if (zero > byte.MaxValue)
                return null;
            codes[group] = (byte)zero;
        }

        int padded = needed switch { <= 32 => 32, <= 64 => 64, <= 128 => 128, _ => 256 };
        float[] codebook = new float[matrix.Groups * padded];
        for (int group = 0; group < matrix.Groups; group++)
            Array.Copy(matrix.Codebook, group * size, codebook, group * padded, size);
        return new ZeroCodes(codes, codebook, padded);
    }
}
