using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// Steps that follow each other, each of several parts, in one run of the caller's threads: a run a step would cost
/// more than the step. Every thread takes its own part of a step first and then any part that nobody has taken; it waits
/// only for parts that a running thread has taken, so it is right whether the runner gives one thread or many.
/// </summary>
internal static unsafe class PhasedParts
{
    private const int SpinsBeforeYield = 2000; // rounds: longer, and the other thread is probably not running

    /// <summary>Runs all phases.</summary>
    /// <param name="phases">The number of phases.</param>
    /// <param name="parts">Parts of every phase.</param>
    /// <param name="body">Takes the context, the phase and the part.</param>
    /// <param name="context">Memory that stays valid until this call returns.</param>
    /// <param name="runner">The caller's threads.</param>
    public static void Run(int phases, int parts, delegate*<void*, int, int, void> body, void* context, IParallelRunner runner)
    {
        int threads = Math.Min(runner.Degree, parts);
        int* claims = stackalloc int[parts];
        new Span<int>(claims, parts).Clear();
        State state = new() { Body = body, Context = context, Phases = phases, Parts = parts, Threads = threads, Claims = claims };
        if (threads == 1)
            Participate(&state, 0);
        else
            runner.Run(threads, &Participate, &state); // state and claims live in this frame until the run has returned
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Participate(void* context, int thread)
    {
        State* state = (State*)context;
        int own = state->Parts * thread / state->Threads;
        for (int phase = Volatile.Read(ref state->Done) / state->Parts; phase < state->Phases; phase++)
        {
            for (int i = 0; i < state->Parts; i++)
            {
                int part = (own + i) % state->Parts;
                if (Volatile.Read(ref state->Claims[part]) != phase || Interlocked.CompareExchange(ref state->Claims[part], phase + 1, phase) != phase)
                    continue;
                state->Body(state->Context, phase, part);
                Interlocked.Increment(ref state->Done);
            }

            int needed = (phase + 1) * state->Parts;
            for (int spin = 0; Volatile.Read(ref state->Done) < needed; spin++)
            {
                if (spin > SpinsBeforeYield)
                    Thread.Yield();
                else
                    Thread.SpinWait(1);
            }
        }
    }

    private struct State
    {
        public delegate*<void*, int, int, void> Body;
        public void* Context;
        public int Phases;
        public int Parts;
        public int Threads;
        public int* Claims;
        private fixed byte _gap[64]; // the counter has a cache line of its own
        public int Done;
    }
}
