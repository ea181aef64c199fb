using System.CommandLine;
using DeepCompression.Training.Data;

namespace DeepCompression.Cli.Training;

/// <summary>The options that name labelled samples, shared by the commands that train.</summary>
internal sealed class DataOptions
{
    private const ulong SplitSeed = 1;

    private readonly Option<string> _data = new("--data", "-d") { Description = "The samples: a .csv, .npz, .npy or idx file (idx may be compressed with gzip)", HelpName = "FILE", Required = true };

    private readonly Option<string?> _labels = new("--labels", "-l") { Description = "The labels: a .npy or idx file; for .csv the label's column (default: label)", HelpName = "FILE|COLUMN" };

    private readonly Option<int> _holdOut = new("--hold-out") { Description = "Samples that are not trained with and measured after every epoch", HelpName = "N", DefaultValueFactory = _ => 0 };

    private readonly Option<string?> _test = new("--test") { Description = "Samples that the result is measured on, read once at the end", HelpName = "FILE" };

    private readonly Option<string?> _testLabels = new("--test-labels") { Description = "The labels of --test", HelpName = "FILE|COLUMN" };

    public void AddTo(Command command, bool trains)
    {
        command.Options.Add(_data);
        command.Options.Add(_labels);
        if (!trains)
            return;
        command.Options.Add(_holdOut);
        command.Options.Add(_test);
        command.Options.Add(_testLabels);
    }

    /// <summary>The samples, and those that are held out; null where there are none.</summary>
    public (IBatchSource Training, IBatchSource? HeldOut) Read(ParseResult result)
    {
        IBatchSource all = Read(result.GetValue(_data)!, result.GetValue(_labels));
        int heldOut = result.GetValue(_holdOut);
        if (heldOut == 0)
            return (all, null);
        if (heldOut < 0 || heldOut >= all.Count)
            throw new UsageException($"--hold-out {heldOut}: there are {all.Count} samples.");
        return SubsetSource.Split(all, heldOut, SplitSeed);
    }

    /// <summary>The samples to measure the result on; null where there are none.</summary>
    public IBatchSource? ReadTest(ParseResult result) =>
        result.GetValue(_test) is string path ? Read(path, result.GetValue(_testLabels)) : null;

    private static IBatchSource Read(string path, string? labels)
    {
        try
        {
            return DataFile.Read(path, labels);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0]);
        }
    }
}
