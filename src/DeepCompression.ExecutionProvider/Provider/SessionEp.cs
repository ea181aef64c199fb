using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Planning;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>The execution provider of one session.</summary>
internal sealed unsafe class SessionEp(OrtRuntime ort, ProviderOptions options)
{
    private static readonly byte* _name = Native.Text(DeepCompressionProvider.Name);

    /// <summary>Makes the provider's table.</summary>
    public static OrtEp* Create(OrtRuntime ort, ProviderOptions options)
    {
        OrtEp* table = &Native.Allocate<OrtEp>(new SessionEp(ort, options))->Table;
        *table = new OrtEp
        {
            ort_version_supported = ort.Version,
            GetName = &GetName,
            GetCapability = &GetCapability,
            Compile = &Compile,
            ReleaseNodeComputeInfos = &ReleaseNodeComputeInfos,
            IsConcurrentRunSupported = &IsConcurrentRunSupported,
        };
        return table;
    }

    private static SessionEp Target(OrtEp* table) => Native.Target<OrtEp, SessionEp>(table);

    private OrtRuntime Ort => ort;

    private void Claim(OrtGraph* graph, OrtEpGraphSupportInfo* support)
    {
        if (options.IsDecided)
            return;
        GraphView view = RuntimeGraph.Read(ort, graph);
        ClaimPlanner planner = new(view, options.Policy, options.Report, options.Autotune ? options.KernelOptions : null);
        IReadOnlyList<Claim> claims = planner.Plan();
        foreach (IEnumerable<NodeView> group in claims.Select(claim => claim.Nodes).Concat(planner.Damaged.Select(node => new[] { node })))
        {
            OrtNodeFusionOptions fusion = new() { ort_version_supported = ort.Version, drop_constant_initializers = 1 };
            nint[] nodes = [.. group.Select(node => (nint)((RuntimeNode)node).Handle)];
            fixed (nint* handles = nodes)
                ort.Check(ort.EpApi->EpGraphSupportInfo_AddNodesToFuse(support, (OrtNode**)handles, (nuint)nodes.Length, &fusion));
        }
    }

    [UnmanagedCallersOnly]
    private static byte* GetName(OrtEp* self) => _name;

    [UnmanagedCallersOnly]
    private static OrtStatus* GetCapability(OrtEp* self, OrtGraph* graph, OrtEpGraphSupportInfo* support)
    {
        SessionEp ep = Target(self);
        try
        {
            ep.Claim(graph, support);
            return null;
        }
        catch (Exception exception)
        {
            return ep.Ort.ToStatus(exception);
        }
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* Compile(OrtEp* self, OrtGraph** graphs, OrtNode** fusedNodes, nuint count, OrtNodeComputeInfo** infos, OrtNode** contextNodes)
    {
        SessionEp ep = Target(self);
        nuint done = 0;
        try
        {
            GraphCompiler[] claims = new GraphCompiler[count];
            for (int i = 0; i < claims.Length; i++)
                claims[i] = new GraphCompiler(ep.Ort, graphs[i], fusedNodes[i]);
            using PreparedKernels kernels = new(claims.SelectMany(claim => claim.Plans), ep.Options.KernelOptions);
            kernels.Build([], bytes: 0);
            for (; done < count; done++)
                infos[done] = NodeCompute.Create(claims[done].Compile(ep.Options, kernels));
            return null;
        }
        catch (Exception exception)
        {
            NodeCompute.Release(infos, done);
            new Span<nint>(infos, (int)count).Clear();
            return ep.Ort.ToStatus(exception);
        }
    }

    private ProviderOptions Options => options;

    [UnmanagedCallersOnly]
    private static void ReleaseNodeComputeInfos(OrtEp* self, OrtNodeComputeInfo** infos, nuint count) => NodeCompute.Release(infos, count);

    [UnmanagedCallersOnly]
    private static OrtStatus* IsConcurrentRunSupported(OrtEp* self, byte* isSupported)
    {
        *isSupported = 1;
        return null;
    }
}
