using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Scoring;

/// <summary>
/// Chooses between two sessions of one model by running a batch on both: what the execution provider expects holds for single
/// samples, and small operators gain in batches.
/// </summary>
internal static class SessionTrial
{
    private const int Rounds = 3; // the first one of each session only allocates

    /// <summary>Disposes the slower session and gives the other.</summary>
    public static ScoringSession Faster(ScoringSession first, ScoringSession second, Action<InferenceSession> run)
    {
        ScoringSession[] sessions = [first, second];
        TimeSpan[] best = [TimeSpan.MaxValue, TimeSpan.MaxValue];
        try
        {
            for (int i = 0; i < 2 * Rounds; i++)
            {
                long start = Stopwatch.GetTimestamp();
                run(sessions[i % 2].Session);
                TimeSpan taken = Stopwatch.GetElapsedTime(start);
                if (i >= 2 && taken < best[i % 2])
                    best[i % 2] = taken;
            }
        }
        catch (Exception)
        {
            first.Dispose();
            second.Dispose();
            throw;
        }

        int faster = best[0] <= best[1] ? 0 : 1;
        sessions[1 - faster].Dispose();
        return sessions[faster];
    }
}
