using DeepCompression.ExecutionProvider.Provider;

namespace DeepCompression.ExecutionProvider.Tests.Provider;

/// <summary>The execution provider under runtimes of several versions; <c>eng/onnxruntime/versions.sh</c> fetches them.</summary>
public sealed class RuntimeVersionTests
{
    [FileFact("artifacts/onnxruntime/1.24.3/libonnxruntime.so.1")]
    public void Run_OnRuntime1_24_EqualsStock() => RunOn("1.24.3");

    [FileFact("artifacts/onnxruntime/1.26.0/libonnxruntime.so.1")]
    public void Run_OnRuntime1_26_EqualsStock() => RunOn("1.26.0");

    [FileFact("artifacts/onnxruntime/1.30.0/libonnxruntime.so.1")]
    public void Run_OnRuntime1_30_EqualsStock() => RunOn("1.30.0");

    private static void RunOn(string version)
    {
        using NativeRuntime runtime = new(FileFactAttribute.Locate($"artifacts/onnxruntime/{version}/libonnxruntime.so.1"));
        Assert.Equal(version, runtime.Version);
        byte[] model = SmallModel.Create(outputs: 32, inputs: 64);
        float[] x = [.. Enumerable.Range(0, 64).Select(i => (float)i)];
        float[] stock = runtime.Run(model, x, 32, provider: null);

        for (int cycle = 0; cycle < 3; cycle++)
        {
            DeepCompressionReport report = new();
            runtime.Register(DeepCompressionProvider.PrepareLibrary());
            float[] ours = runtime.Run(model, x, 32, new() { ["threads"] = "2", ["minimum_speedup"] = "0", ["report"] = Published<DeepCompressionReport>.Add(report) });
            runtime.Unregister();

            Assert.True(Assert.Single(report.Decisions).IsClaimed);
            Assert.Equal(stock, ours);
        }
    }
}
