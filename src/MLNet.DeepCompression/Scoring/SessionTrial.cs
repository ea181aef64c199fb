using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Scoring;

/// <summary>
/// Chooses among sessions of one model by running a batch on each: what the execution provider expects holds for single samples, and
/// operators gain differently in batches.
/// </summary>
internal static class SessionTrial
{
    private const int Rounds = 4; // the first one of each session only allocates
    private const double Margin = 1.15; // how much faster a session has to be to take the place of one before it

    /// <summary>Disposes of all sessions but the one that is kept.</summary>
    public static ScoringSession Fastest(ScoringSession first, IEnumerable<Func<ScoringSession>> others, Action<InferenceSession> run)
    {
        ScoringSession kept = first;
        ScoringSession? other = null;
        try
        {
            TimeSpan best = Measure(kept, run);
            foreach (Func<ScoringSession> create in others)
            {
                other = create();
                TimeSpan taken = Measure(other, run);
                bool isFaster = taken * Margin < best;
                (isFaster ? kept : other).Dispose();
                if (isFaster)
                    (kept, best) = (other, taken);
                other = null;
            }

            return kept;
        }
        catch (Exception)
        {
            kept.Dispose();
            other?.Dispose();
            throw;
        }
    }

    private static TimeSpan Measure(ScoringSession session, Action<InferenceSession> run)
    {
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run(session.Session);
            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            if (i > 0 && taken < best)
                best = taken;
        }

        return best;
    }
}
