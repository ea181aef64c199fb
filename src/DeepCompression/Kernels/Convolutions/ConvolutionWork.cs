using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// One call of a convolution: what its parts share. Images go in groups that stand in the lanes together. Where there
/// are many groups, every part computes some from beginning to end; otherwise the parts share each group: each has
/// output channels of its own, so that no two threads write to the same cache lines, and helps others when it is done. Where lanes are
/// positions and putting inputs into them is much of the work, each has passes of its own instead. Where it is little work, each puts the
/// inputs into the lanes for itself: less goes from one core to another.
/// </summary>
internal unsafe struct ConvolutionWork
{
    private const int PartsAThread = 2;     // of many groups: evens out threads
    private const int GroupsAThread = 4;    // from so many on, parts are whole groups
    private const int None = -1;            // pass

    private readonly ConvolutionPlan _plan;
    private readonly float* _bias;
    private readonly Activation _activation;
    private readonly VectorWidth _width;
    private readonly float* _x;
    private readonly float* _y;
    private readonly int _batch;
    private readonly PoolingGeometry? _pooling; // of one image
    private readonly long _packedBytes;
    private readonly long _planeBytes;
    private readonly long _sumBytes;
    private byte* _scratch;
    private long _restBytes;
    private int _parts;
    private int _group;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ConvolutionWork(ConvolutionPlan plan, float* bias, in Activation activation, VectorWidth width, float* x, float* y, int batch, PoolingGeometry? pooling = null)
    {
        (_plan, _activation, _width, _batch, _pooling) = (plan, activation, width, batch, pooling);
        _bias = bias;
        _x = x;
        _y = y;
        int mostRows = 0;
        for (int part = 0; part < plan.Layout.Parts; part++)
            mostRows = Math.Max(mostRows, plan.Layout.PartRows[part + 1] - plan.Layout.PartRows[part]);
        int mostSums = 0;
        foreach (ConvolutionPass pass in plan.Passes)
            mostSums = Math.Max(mostSums, pass.Shape.Sums);
        _packedBytes = Align(plan.PackedBytes);
        _planeBytes = Align(sizeof(float) * plan.PlaneLength);
        _sumBytes = Align((long)mostRows * mostSums * plan.VectorBytes) + Align(plan.TurnedBytes);
    }

    private readonly int Groups => (_batch + _plan.Cut.Images - 1) / _plan.Cut.Images;

    private readonly int Units => _plan.Layout.Parts * _plan.Passes.Length;

    /// <summary>Where there are enough parts of the weights for all threads, these are shared, in a round for every pass; otherwise units.</summary>
    private readonly int Rounds => _plan.Layout.Parts >= _parts && _plan.SharesChannels ? _plan.Passes.Length : 1;

    private readonly int GetFirstShare(int part) => (int)((long)Units / Rounds * part / _parts);

    /// <summary>Computes the call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(ScratchPool pool, IParallelRunner runner)
    {
        bool whole = runner.Degree == 1 || Groups >= runner.Degree * GroupsAThread || Groups % runner.Degree == 0;
        _parts = whole ? Math.Min(Groups, runner.Degree * PartsAThread) : runner.Degree;
        _restBytes = NativeBuffer.Alignment + Math.Max(_planeBytes, _sumBytes);
        long packed = _packedBytes;
        NativeBuffer scratch = pool.Rent(whole || _plan.PacksAlone ? (packed + _restBytes) * _parts : packed + (_restBytes * _parts));
        _scratch = scratch.Pointer;
        void* context = Unsafe.AsPointer(ref this); // this lives in the caller's frame until the runs have returned
        if (whole)
            runner.Run(_parts, &RunGroups, context);
        for (_group = 0; !whole && _group < Groups; _group++)
        {
            for (int part = 0; part < _parts; part++)
                *GetNext(part) = 0;
            if (!_plan.PacksAlone)
                runner.Run(_parts, &PackPart, context);
            runner.Run(_parts, &MultiplyUnits, context);
        }

        pool.Return(scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunGroups(void* context, int part)
    {
        ref ConvolutionWork work = ref Unsafe.AsRef<ConvolutionWork>(context);
        byte* packed = work._scratch + (part * (work._packedBytes + work._restBytes)), rest = packed + work._packedBytes;
        int first = (int)((long)work.Groups * part / work._parts), end = (int)((long)work.Groups * (part + 1) / work._parts);
        for (int group = first; group < end; group++)
        {
            if (!work._plan.IsFlat)
                work.Pack(group, 0, work._plan.Geometry.InputChannels, packed, rest);
            int pass = None;
            for (int unit = 0; unit < work.Units; unit++)
                work.Multiply(group, unit, packed, rest, ref pass);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackPart(void* context, int part)
    {
        ref ConvolutionWork work = ref Unsafe.AsRef<ConvolutionWork>(context);
        int channels = work._plan.Geometry.InputChannels, first = (int)((long)channels * part / work._parts), end = (int)((long)channels * (part + 1) / work._parts);
        work.Pack(work._group, first, end, work._scratch, work.GetRest(part));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyUnits(void* context, int part)
    {
        ref ConvolutionWork work = ref Unsafe.AsRef<ConvolutionWork>(context);
        byte* packed = work._scratch + (work._plan.PacksAlone ? part * (work._packedBytes + work._restBytes) : 0);
        if (work._plan.PacksAlone && !work._plan.IsFlat)
            work.Pack(work._group, 0, work._plan.Geometry.InputChannels, packed, work.GetRest(part));
        int pass = None;
        for (int turn = 0; turn < work._parts; turn++)
        {
            int owner = (part + turn) % work._parts, first = work.GetFirstShare(owner), shares = work.GetFirstShare(owner + 1) - first, unit;
            while ((unit = Interlocked.Increment(ref *work.GetNext(owner)) - 1) < shares * work.Rounds)
            {
                int number = (unit / shares * work._plan.Layout.Parts) + first + (unit % shares); // pass after pass: inputs stay near
                work.Multiply(work._group, number, packed, work.GetRest(part), ref pass);
            }
        }
    }

    private static long Align(long bytes) => (bytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment;

    /// <summary>The next unit of a part's run; its memory follows, a cache line behind.</summary>
    private readonly int* GetNext(int part) => (int*)(_scratch + _packedBytes + (part * (_plan.PacksAlone ? _packedBytes + _restBytes : _restBytes)));

    private readonly byte* GetRest(int part) => (byte*)GetNext(part) + NativeBuffer.Alignment;

    private readonly int CountImages(int group) => Math.Min(_plan.Cut.Images, _batch - (group * _plan.Cut.Images));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pack(int group, int firstChannel, int endChannel, byte* packed, byte* planes)
    {
        new Span<byte>(planes, checked((int)_planeBytes)).Clear();
        float* images = _x + ((long)group * _plan.Cut.Images * _plan.Geometry.InputChannels * _plan.Height * _plan.Width);
        ConvolutionPacking.Pack(_plan, images, CountImages(group), firstChannel, endChannel, (float*)planes, (float*)packed);
    }

    /// <summary>A unit is one pass on one part of the weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Multiply(int group, int unit, byte* packed, byte* scratch, ref int packedPass)
    {
        if (_plan.IsFlat && packedPass != unit / _plan.Layout.Parts)
        {
            packedPass = unit / _plan.Layout.Parts;
            float* inputs = _x + ((long)group * _plan.Cut.Images * _plan.Geometry.InputChannels * _plan.Height * _plan.Width);
            ConvolutionPacking.PackPositions(_plan, _plan.Passes[packedPass], inputs, CountImages(group), (float*)packed);
        }

        ConvolutionGeometry geometry = _plan.Geometry;
        BlockedLayout layout = _plan.Layout;
        int part = unit % layout.Parts, firstRow = layout.PartRows[part], rows = layout.PartRows[part + 1] - firstRow;
        ConvolutionPass pass = _plan.Passes[unit / layout.Parts];
        nint area = (nint)_plan.OutputHeight * _plan.OutputWidth;
        float* images = _y + ((((nint)group * _plan.Cut.Images * geometry.OutputChannels) + firstRow) * area);
        int firstChannel = firstRow / (geometry.OutputChannels / geometry.Groups) * (geometry.InputChannels / geometry.Groups);
        int length = pass.Shape.Sums * _plan.VectorBytes;
        bool direct = _plan.OutputPhases is null && _plan.IsDirect(pass);
        layout.Multiply(
            part, TileKernels.Get(_width, pass.Shape, layout.Centroids), packed + _plan.GetStart(pass, firstChannel), _plan.GetPositionBytes(pass), _plan.GetRunBytes(pass), _bias, scratch, length,
            direct ? (byte*)(images + _plan.GetFirstPosition(pass)) : scratch, direct ? area * sizeof(float) : length, _activation);
        if (_plan.OutputPhases is OutputPhases phases)
        {
            float* turned = (float*)(scratch + _sumBytes - Align(_plan.TurnedBytes));
            PhaseUnpacking.Unpack(_plan, phases, pass, (float*)scratch, turned, _bias, _activation, firstRow, rows, _y, group * _plan.Cut.Images, CountImages(group));
            return;
        }

        if (_pooling is not null)
            ConvolutionStrips.Pool(_plan, pass, (float*)scratch, rows, _pooling, _width, _y + ((nint)firstRow * _pooling.GetOutputHeight(_plan.OutputHeight) * _pooling.GetOutputWidth(_plan.OutputWidth)));
        else if (!direct)
            ConvolutionPacking.Unpack(_plan, pass, (float*)scratch, rows, images, CountImages(group));
        if (_plan.HasBorder && pass.Column == 0)
            ConvolutionPacking.FillBorder(_plan, _bias + firstRow, _activation, rows, images, CountImages(group));
    }
}
