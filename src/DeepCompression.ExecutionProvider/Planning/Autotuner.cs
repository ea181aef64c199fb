using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Measures what an estimate cannot decide: our kernel against the dense operator, each once a shape and process.</summary>
internal static unsafe class Autotuner
{
    private const double CertainlySlower = 0.5; // estimated speed below which nothing is measured
    private const double CertainlyFaster = 3;
    private const int Repetitions = 5;

    private static readonly ConcurrentDictionary<string, KernelEstimate> _measured = new();

    /// <summary>The measured cost of a plan; null where the estimate is clear, or there is nothing to measure with.</summary>
    public static KernelEstimate? Measure(UnitPlan plan, KernelOptions options)
    {
        if (DenseWork.Measure is not { } measureDense || plan.Work is not DenseWork work || plan.Estimate.Speedup is < CertainlySlower or > CertainlyFaster)
            return null;
        return _measured.GetOrAdd($"{work}|{plan.Weights[0].Entries}|{plan.Weights[0].CodebookSize}|{options.Width}", _ =>
        {
            double dense = measureDense(work);
            using IDisposable kernel = plan.BuildKernel(options with { Degree = 1 });
            return new KernelEstimate(Time(plan.Call(kernel), plan.InputElements, plan.OutputElements), dense);
        });
    }

    private static double Time(Action<nint, nint> run, long inputs, long outputs)
    {
        nint x = (nint)NativeMemory.AlignedAlloc((nuint)(inputs * sizeof(float)), 64);
        nint y = (nint)NativeMemory.AlignedAlloc((nuint)(outputs * sizeof(float)), 64);
        try
        {
            new Span<float>((void*)x, checked((int)inputs)).Fill(0.5f);
            run(x, y);
            double best = double.PositiveInfinity;
            for (int i = 0; i < Repetitions; i++)
            {
                long start = Stopwatch.GetTimestamp();
                run(x, y);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
            }

            return best;
        }
        finally
        {
            NativeMemory.AlignedFree((void*)x);
            NativeMemory.AlignedFree((void*)y);
        }
    }
}
