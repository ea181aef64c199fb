using DeepCompression.Benchmarks.Harness;

// Every benchmark of this project; a new one is a class that implements IBench.
IBench[] benches = [.. typeof(IBench).Assembly.GetTypes()
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
