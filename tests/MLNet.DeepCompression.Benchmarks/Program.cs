using System.Reflection;
using DeepCompression.Benchmarks.Harness;
using MLNet.DeepCompression.Benchmarks.Mlnet;

return ChildProcess.TryRun(args) ?? BenchProgram.Run(Assembly.GetExecutingAssembly(), args);
