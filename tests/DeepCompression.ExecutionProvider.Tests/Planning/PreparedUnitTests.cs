using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Provider;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Tests.Planning;

public class PreparedUnitTests
{
    [Fact]
    public void Open_WhileTheMakerLetsGo_NeverGivesWhatIsFreed()
    {
        for (int round = 0; round < 500; round++)
        {
            Plan plan = new();
            PreparedUnit unit = Compiled(plan, out _);
            int opened = 0, freedWhileOpen = 0;
            using Barrier start = new(3);
            Thread[] users = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                for (int i = 0; i < 50; i++)
                {
                    if (PreparedUnit.Open(unit.Key) is not PreparedUnit found)
                        continue;
                    Interlocked.Increment(ref opened);
                    if (Volatile.Read(ref plan.Freed) > 0)
                        Interlocked.Increment(ref freedWhileOpen);
                    found.Close();
                }
            }))];
            Array.ForEach(users, user => user.Start());
            start.SignalAndWait();
            unit.Dispose();
            Array.ForEach(users, user => user.Join());

            Assert.Equal(0, freedWhileOpen);
            Assert.Equal(1, plan.Freed);
            Assert.Null(PreparedUnit.Open(unit.Key));
            GC.KeepAlive(unit);
        }
    }

    [Fact]
    public void Close_FirstOfTwoThatShareAKernel_KeepsTheKernel()
    {
        Plan plan = new();
        PreparedUnit first = Compiled(plan, out SharedKernels kernels), second = new(plan);
        second.Compile(null!, Options(), kernels);

        first.Dispose();
        Assert.Equal(0, plan.Freed);
        second.Dispose();
        Assert.Equal(1, plan.Freed);
    }

    [Fact]
    public void Compile_SizesThatNoKernelTakes_NamesTheNode()
    {
        using PreparedUnit unit = new(new Plan { Failure = new ArgumentOutOfRangeException("all") });
        SharedKernels kernels = new(KernelOptions.Default, new PreparedKernels([], KernelOptions.Default));
        var error = Assert.Throws<InvalidDataException>(() => unit.Compile(null!, Options(), kernels));
        Assert.StartsWith("node '", error.Message, StringComparison.Ordinal);
    }

    private static PreparedUnit Compiled(Plan plan, out SharedKernels kernels)
    {
        PreparedUnit unit = new(plan);
        kernels = new SharedKernels(KernelOptions.Default, new PreparedKernels([], KernelOptions.Default));
        unit.Compile(null!, Options(), kernels);
        return unit;
    }

    private static ProviderOptions Options() => ProviderOptions.Parse("1", "0", "", "", "", new DeepCompressionReport());

    private sealed record Plan() : UnitPlan(new Node(), [], [])
    {
        public int Freed;

        public Exception? Failure { get; init; }

        public override KernelEstimate Estimate => new(1, 1);

        public override long[][]? InferShapes(long[] input) => null;

        public override IDisposable BuildKernel(KernelOptions options) => Failure is null ? new Kernel(this) : throw Failure;

        public override Unit Compile(CompileContext context) => new User(context.Share<Kernel>(this));

        protected override string MakeRecipe() => "recipe";
    }

    private sealed class Kernel(Plan plan) : IDisposable
    {
        public void Dispose() => Interlocked.Increment(ref plan.Freed);
    }

    private sealed class User(Shared<Kernel> shared) : Unit
    {
        public override long ResidentBytes => 0;

        public override void Run(in KernelCall call)
        {
        }

        public override void Dispose() => shared.Dispose();
    }

    private sealed class Node : NodeView
    {
        public override long GetInt(string name, long fallback) => fallback;

        public override float GetFloat(string name, float fallback) => fallback;

        public override long[]? GetInts(string name) => null;

        public override string GetString(string name, string fallback) => fallback;

        public override string[]? GetStrings(string name) => null;

        public override bool Has(string name) => false;
    }
}
