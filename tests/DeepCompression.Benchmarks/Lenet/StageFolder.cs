using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// The stages of one run, kept below <c>artifacts/bench/lenet/work</c>: a run that was stopped goes on from its last epoch, and a stage
/// that is done is not trained again. Another recipe has another folder.
/// </summary>
internal sealed class StageFolder
{
    private const string Parent = "artifacts/bench/lenet/work";

    private readonly string _folder;

    /// <param name="description">Everything that decides the result but the seed.</param>
    /// <param name="seed">The seed.</param>
    public StageFolder(string description, int seed)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(description)))[..12];
        _folder = string.Create(CultureInfo.InvariantCulture, $"{Parent}/{hash}-{seed}");
        Directory.CreateDirectory(_folder);
        File.WriteAllText($"{_folder}/recipe.txt", description);
    }

    /// <summary>Training time of all stages so far, in seconds, also that of earlier runs; what a stopped run had not finished does not count.</summary>
    public double Seconds => Directory.EnumerateFiles(_folder, "*.seconds").Sum(file => double.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture));

    /// <summary>Forgets all runs.</summary>
    public static void Clear()
    {
        if (Directory.Exists(Parent))
            Directory.Delete(Parent, recursive: true);
    }

    /// <summary>Forgets this run.</summary>
    public void Delete() => Directory.Delete(_folder, recursive: true);

    /// <summary>The model of a stage: read, or trained with the checkpoint whose path is given.</summary>
    public ModelProto Get(string stage, Func<string, ModelProto> train)
    {
        string path = $"{_folder}/{stage}.onnx", checkpoint = $"{_folder}/{stage}.checkpoint";
        if (File.Exists(path))
            return ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        long start = Stopwatch.GetTimestamp();
        ModelProto model = train(checkpoint);
        File.WriteAllText($"{_folder}/{stage}.seconds", Stopwatch.GetElapsedTime(start).TotalSeconds.ToString(CultureInfo.InvariantCulture));
        File.WriteAllBytes(path + ".partial", model.ToByteArray());
        File.Move(path + ".partial", path, overwrite: true);
        File.Delete(checkpoint);
        return model;
    }
}
