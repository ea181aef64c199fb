using System.Diagnostics;
using System.Globalization;

namespace DeepCompression.Benchmarks.Training;

/// <summary>A process that trains the same networks with torch, step by step as it is told.</summary>
internal sealed class TorchPeer : IDisposable
{
    private readonly Process _process;

    private TorchPeer(Process process) => _process = process;

    /// <summary>Starts the peer, if a Python with torch is installed, in the better of two settings for a network.</summary>
    /// <remarks>Its matrix products and its loops have thread pools of their own, which hinder each other in small networks.</remarks>
    public static TorchPeer? TryStart(int threads, int batchSize, string network)
    {
        TorchPeer? both = TryStart(threads, batchSize, []);
        TorchPeer? one = TryStart(threads, batchSize, [("OPENBLAS_NUM_THREADS", "1"), ("OMP_WAIT_POLICY", "PASSIVE")]);
        if (both is null || one is null)
            return null;
        bool oneIsBetter = one.WarmTime(network) < both.WarmTime(network);
        (oneIsBetter ? both : one).Dispose();
        return oneIsBetter ? one : both;
    }

    private static TorchPeer? TryStart(int threads, int batchSize, (string Name, string Value)[] environment)
    {
        string script = Path.Combine("tests", "DeepCompression.Benchmarks", "Training", "peer.py");
        foreach (string python in new[] { "/usr/bin/python3", "python3" })
        {
            if (!HasTorch(python))
                continue;
            ProcessStartInfo start = new(python) { RedirectStandardInput = true, RedirectStandardOutput = true };
            foreach (string argument in new[] { script, threads.ToString(CultureInfo.InvariantCulture), batchSize.ToString(CultureInfo.InvariantCulture) })
                start.ArgumentList.Add(argument);
            foreach ((string name, string value) in environment)
                start.Environment[name] = value;
            return new TorchPeer(Process.Start(start)!);
        }

        return null;
    }

    private double WarmTime(string network)
    {
        Train(network, 2);
        return Enumerable.Range(0, 3).Min(_ => Train(network, 2).Milliseconds);
    }

    /// <summary>Trains a network for some steps.</summary>
    /// <returns>Milliseconds a step, and the most memory that the process has used so far, in megabytes.</returns>
    public (double Milliseconds, double Megabytes) Train(string network, int steps)
    {
        _process.StandardInput.WriteLine($"{network}\t{steps.ToString(CultureInfo.InvariantCulture)}");
        _process.StandardInput.Flush();
        string[] answer = (_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The peer has ended.")).Split(' ');
        return (double.Parse(answer[0], CultureInfo.InvariantCulture), double.Parse(answer[1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static bool HasTorch(string python)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, "-c \"import torch\"") { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is no such program
        }
    }
}
