using System.Diagnostics;
using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training;
using DeepCompression.Training.Models;

namespace DeepCompression.Benchmarks.Training;

/// <summary>Speed and memory of training beside torch, and what masks and codebooks cost.</summary>
public sealed class TrainingBench : IBench
{
    private const int Threads = 2;
    private const int BatchSize = 64;
    private const int Rounds = 9;
    private const double RoundMilliseconds = 150;
    private const double MaxMaskCost = 0.10; // of a step
    private const double MaxCodebookMilliseconds = 3; // for 32 centroids and a million weights
    private const double MaxMemoryRatio = 2;

    private static readonly (string Name, Func<ModelProto> Make, double Bar)[] _networks =
    [
        ("LeNet-300-100", () => Networks.LeNet300100(), 3),
        ("LeNet-5", () => Networks.LeNet5(), 1.4),
        ("character LSTM", () => Networks.CharacterLstm(), 2),
        ("ResNet-8", () => Networks.SmallResNet(), 0.7),
    ];

    /// <inheritdoc/>
    public string Name => "training";

    /// <inheritdoc/>
    public void Run(BenchTable table, IReadOnlyList<string> arguments)
    {
        if (arguments is ["--memory", string network])
        {
            // A process of its own for each network, so that peaks do not add up.
            using TrainingSession session = Session(network);
            for (int i = 0; i < 20; i++)
                session.Step(0.001f);
            Console.WriteLine(PeakMegabytes().ToString(CultureInfo.InvariantCulture));
            Environment.Exit(0);
        }

        foreach ((string name, _, double bar) in _networks.Where(network => arguments.Count == 0 || arguments.Contains(network.Name)))
        {
            using TorchPeer? peer = TorchPeer.TryStart(Threads, BatchSize, name);
            Speed(table, name, bar, peer);
            Memory(table, name, peer);
        }

        if (arguments.Count == 0 || arguments.Contains("masks"))
            Masks(table);
        if (arguments.Count == 0 || arguments.Contains("codebook"))
            CodebookGradient(table);
    }

    private static TrainingSession Session(string network)
    {
        TrainingModel model = TrainingModel.Build(_networks.First(n => n.Name == network).Make(), new TrainingOptions { BatchSize = BatchSize });
        TrainingSession session = new(model, new SessionSettings { Threads = Threads });
        Random random = new(1);
        if (network == "character LSTM")
        {
            foreach (ref long id in session.Input<long>())
                id = random.Next(65);
            foreach (ref long label in session.Labels<long>())
                label = random.Next(65);
            return session;
        }

        foreach (ref float value in session.Input<float>())
            value = (float)random.NextDouble() - 0.5f;
        foreach (ref long label in session.Labels<long>())
            label = random.Next(10);
        return session;
    }

    private static void Speed(BenchTable table, string name, double bar, TorchPeer? peer)
    {
        using TrainingSession session = Session(name);
        int steps = Steps(session);
        double? torch = null;
        double[] ours = new double[Rounds];
        double[] theirs = new double[Rounds];
        int peerSteps = steps;
        if (peer is not null)
        {
            peer.Train(name, 3);
            peerSteps = Math.Max(1, (int)(RoundMilliseconds / peer.Train(name, 3).Milliseconds));
        }

        for (int round = 0; round < Rounds; round++)
        {
            ours[round] = Milliseconds(session, steps);
            theirs[round] = peer?.Train(name, peerSteps).Milliseconds ?? 0;
        }

        double median = Stopwatches.Median(ours);
        torch = peer is null ? null : Stopwatches.Median(theirs);
        string note = string.Create(CultureInfo.InvariantCulture, $"batch {BatchSize}, {Threads} threads, {BatchSize * 1000 / median:F0} samples a second{(torch is null ? "; torch is not installed (python3-torch)" : "")}");
        table.Add(torch is double other
            ? BenchRow.Faster($"{name} step", median, other, "ms", bar, note)
            : new BenchRow($"{name} step", median, "ms", Note: note));
    }

    private static void Memory(BenchTable table, string name, TorchPeer? peer)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(TrainingBench).Assembly.Location);
        foreach (string argument in new[] { "training", "--memory", name })
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        double ours = double.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        process.WaitForExit();
        table.Add(peer is null
            ? new BenchRow($"{name} memory", ours, "MB")
            : BenchRow.Faster($"{name} memory", ours, peer.Train(name, 20).Megabytes, "MB", 1 / MaxMemoryRatio, "peak of the process"));
    }

    /// <summary>A step with every weight masked beside the same step with none.</summary>
    private static void Masks(BenchTable table)
    {
        foreach (string name in new[] { "LeNet-300-100", "LeNet-5" })
        {
            using TrainingSession free = Session(name);
            using TrainingSession masked = Session(name);
            foreach (TrainedWeight weight in masked.Weights)
                weight.SetMask([.. Enumerable.Range(0, weight.Shape.Length).Select(i => i % 10 == 0)]);
            (double plain, double withMasks) = Stopwatches.Alternate(() => free.Step(0.001f), () => masked.Step(0.001f), 25, 60);
            double cost = (withMasks - plain) / plain;
            table.Add(BenchRow.AtMost($"{name} masks", cost * 100, "% of a step", MaxMaskCost * 100,
                string.Create(CultureInfo.InvariantCulture, $"{plain:F3} ms without, {withMasks:F3} ms with")));
        }
    }

    private static void CodebookGradient(BenchTable table)
    {
        const int Weights = 1_000_000;
        Random random = new(1);
        byte[] codes = new byte[Weights];
        float[] gradient = new float[Weights];
        float[] weights = new float[Weights];
        float[] sums = new float[32];
        for (int i = 0; i < Weights; i++)
        {
            codes[i] = (byte)random.Next(32);
            gradient[i] = (float)random.NextDouble() - 0.5f;
        }

        (double sum, double spread) = Stopwatches.Alternate(() => CodebookUpdate.Sum(codes, gradient, sums), () => CodebookUpdate.Spread(codes, sums, weights), 25, 20);
        table.Add(BenchRow.AtMost("gradient of 32 centroids over 1 M weights", sum, "ms", MaxCodebookMilliseconds));
        table.Add(new BenchRow("spreading 32 centroids over 1 M weights", spread, "ms"));
    }

    private static int Steps(TrainingSession session)
    {
        Milliseconds(session, 5);
        return Math.Max(3, (int)(RoundMilliseconds / Milliseconds(session, 5)));
    }

    private static double Milliseconds(TrainingSession session, int steps)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < steps; i++)
            session.Step(0.001f);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / steps;
    }

    private static double PeakMegabytes()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / 1048576.0;
    }
}
