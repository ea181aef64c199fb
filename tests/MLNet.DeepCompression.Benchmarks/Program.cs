using System.Reflection;
using DeepCompression.Benchmarks.Harness;

return BenchProgram.Run(Assembly.GetExecutingAssembly(), args);
