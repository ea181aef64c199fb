using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepCompression.Kernels;

/// <summary>
/// Steps that follow each other, each of several parts, in one run of the caller's threads: a run a step would cost
/// more than the step. Every thread takes its own part of a step first and then any part that nobody has taken; it waits
/// only for parts that a running thread has taken, so it is right whether the runner gives one thread or many.
/// </summary>
internal static unsafe class PhasedParts
{
    private const int SpinsBeforeHelp = 200;   // rounds: a part that is late for so long may have no thread
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
        Slot* slots = stackalloc Slot[parts];
        new Span<Slot>(slots, parts).Clear();
        State state = new() { Body = body, Context = context, Phases = phases, Parts = parts, Threads = threads, Slots = slots };
        if (threads == 1)
            Participate(&state, 0);
        else
            runner.Run(threads, &Participate, &state); // state and slots live in this frame until the run has returned
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Participate(void* context, int thread)
    {
        State* state = (State*)context;
        int own = state->Parts * thread / state->Threads, end = state->Parts * (thread + 1) / state->Threads;
        for (int phase = 0; phase < state->Phases; phase++)
        {
            for (int part = own; part < end; part++)
                Take(state, phase, part);
            for (int part = 0; part < state->Parts; part++)
                Await(state, phase, part);
        }
    }

    /// <summary>Waits until a part is done, and does it where its thread does not seem to run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Await(State* state, int phase, int part)
    {
        Slot* slot = &state->Slots[part];
        for (int spin = 1; Volatile.Read(ref slot->Done) <= phase; spin++)
        {
            if (spin % SpinsBeforeHelp == 0)
                Take(state, phase, part);
            if (spin > SpinsBeforeYield)
                Thread.Yield();
            else
                Thread.SpinWait(1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Take(State* state, int phase, int part)
    {
        Slot* slot = &state->Slots[part];
        if (Volatile.Read(ref slot->Claimed) != phase || Interlocked.CompareExchange(ref slot->Claimed, phase + 1, phase) != phase)
            return;
        state->Body(state->Context, phase, part);
        Volatile.Write(ref slot->Done, phase + 1);
    }

    /// <summary>How far a part is. Its own thread writes both lines; others only read the second, unless they have to help.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 4 * NativeBuffer.Alignment)] // two pairs of lines: caches fetch the neighbour of a line with it
    private struct Slot
    {
        /// <summary>Phases that a thread has taken.</summary>
        [FieldOffset(NativeBuffer.Alignment)]
        public int Claimed;

        /// <summary>Phases that are done.</summary>
        [FieldOffset(3 * NativeBuffer.Alignment)]
        public int Done;
    }

    private struct State
    {
        public delegate*<void*, int, int, void> Body;
        public void* Context;
        public int Phases;
        public int Parts;
        public int Threads;
        public Slot* Slots;
    }
}
