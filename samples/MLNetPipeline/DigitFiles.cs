using DeepCompression.Training.Data;

namespace MLNetPipeline;

/// <summary>Reads the files of MNIST.</summary>
internal static class DigitFiles
{
    public static (Digit[] Training, Digit[] Test) Read(string folder) => (Read(folder, "train"), Read(folder, "t10k"));

    private static Digit[] Read(string folder, string part)
    {
        byte[] pixels = IdxFile.Read(Path.Combine(folder, $"{part}-images-idx3-ubyte")).Values;
        byte[] labels = IdxFile.Read(Path.Combine(folder, $"{part}-labels-idx1-ubyte")).Values;
        return [.. labels.Select((label, i) => new Digit { Label = label, Pixels = [.. pixels.AsSpan(784 * i, 784).ToArray().Select(pixel => pixel / 255f)] })];
    }
}
