using System.Reflection;

namespace DeepCompression.Benchmarks.Harness;

/// <summary>Finds the benchmarks of an assembly and runs the one that is named.</summary>
public static class BenchProgram
{
    /// <summary>Runs <c>NAME [ROW ...]</c>. Every class that implements <see cref="IBench"/> is a benchmark.</summary>
    /// <returns>0 where every bar holds, 1 where one does not, 2 for a name that is none.</returns>
    public static int Run(Assembly assembly, string[] args)
    {
        IBench[] benches = [.. assembly.GetTypes()
            .Where(type => type.IsClass && typeof(IBench).IsAssignableFrom(type))
            .Select(type => (IBench)Activator.CreateInstance(type)!)
            .OrderBy(bench => bench.Name, StringComparer.Ordinal)];
        if (args.Length == 0 || benches.FirstOrDefault(bench => bench.Name == args[0]) is not IBench bench)
        {
            Console.Error.WriteLine($"usage: bench NAME [ROW ...], where NAME is one of: {string.Join(", ", benches.Select(b => b.Name))}");
            return 2;
        }

        BenchTable table = new(bench.Name);
        bench.Run(table, args[1..]);
        return table.Finish() ? 0 : 1;
    }
}
