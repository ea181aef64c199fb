using System.Runtime.InteropServices;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>A weight that no claimed node reads: decoded once, copied by every call.</summary>
internal sealed unsafe class DecodedUnit : Unit
{
    private readonly long[] _shape;
    private readonly nuint _length;
    private readonly int _output;
    private void* _dense;

    public DecodedUnit(CompressedTensor weight, int output)
    {
        _shape = weight.Shape.Dimensions.ToArray();
        _output = output;
        _length = checked((nuint)weight.DenseBytes);
        _dense = NativeMemory.Alloc(Math.Max(_length, 1));
        weight.CopyDenseTo(new Span<byte>(_dense, checked((int)_length)));
    }

    ~DecodedUnit() => NativeMemory.Free(_dense);

    public override long ResidentBytes => (long)_length;

    public override void Run(in KernelCall call) => NativeMemory.Copy(_dense, call.GetOutput(_output, _shape), _length);

    public override void Dispose()
    {
        NativeMemory.Free(_dense);
        _dense = null;
        GC.SuppressFinalize(this);
    }
}
