using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>LSTM or GRU with sparse weights.</summary>
internal sealed unsafe class RecurrentUnit(Shared<SparseRecurrent> shared, RecurrentUnit.Ports ports, ConstantState? hidden, ConstantState? cell) : Unit
{
    public override long ResidentBytes => shared.IsFirst ? shared.Kernel.ResidentBytes : 0;

    public override void Run(in KernelCall call)
    {
        SparseRecurrent kernel = shared.Kernel;
        RecurrentGeometry geometry = kernel.Geometry;
        KernelCall.Tensor x = call.GetInput(ports.X);
        if (x.Shape.Length != 3 || x.Shape[2] != geometry.Inputs)
            throw new InvalidOperationException($"a recurrent layer of {geometry.Inputs} inputs cannot be applied to a tensor of shape [{string.Join(", ", x.Shape.ToArray())}]");

        int steps = checked((int)x.Shape[0]);
        int batch = checked((int)x.Shape[1]);
        ReadOnlySpan<long> state = [geometry.Directions, batch, geometry.Hidden];
        RecurrentArguments arguments = new()
        {
            Steps = steps,
            Batch = batch,
            X = (float*)x.Data,
            SequenceLengths = SequenceLengths(call, steps, batch),
            InitialHidden = hidden is null ? State(call, ports.InitialHidden, state) : hidden.Get(state),
            InitialCell = cell is null ? State(call, ports.InitialCell, state) : cell.Get(state),
            Y = ports.Y < 0 ? null : (float*)call.GetOutput(ports.Y, [steps, geometry.Directions, batch, geometry.Hidden]),
            LastHidden = ports.LastHidden < 0 ? null : (float*)call.GetOutput(ports.LastHidden, state),
            LastCell = ports.LastCell < 0 ? null : (float*)call.GetOutput(ports.LastCell, state),
        };
        kernel.Compute(arguments, call.Runner);
    }

    public override void Dispose()
    {
        shared.Dispose();
        hidden?.Dispose();
        cell?.Dispose();
    }

    private int* SequenceLengths(in KernelCall call, int steps, int batch)
    {
        const int Int32 = 6; // TensorProto.DataType
        if (ports.SequenceLengths < 0)
            return null;
        KernelCall.Tensor lengths = call.GetInput(ports.SequenceLengths, Int32);
        if (lengths.Shape.Length != 1 || lengths.Shape[0] != batch)
            throw new InvalidOperationException($"sequence lengths of {batch} sequences are needed");
        if (new ReadOnlySpan<int>(lengths.Data, batch).ContainsAnyExceptInRange(0, steps))
            throw new InvalidOperationException($"a sequence length is not 0 to {steps}");
        return (int*)lengths.Data;
    }

    private static float* State(in KernelCall call, int input, ReadOnlySpan<long> shape)
    {
        if (input < 0)
            return null;
        KernelCall.Tensor tensor = call.GetInput(input, OnnxType.Float32);
        if (!tensor.Shape.SequenceEqual(shape))
            throw new InvalidOperationException($"an initial state of shape [{string.Join(", ", shape.ToArray())}] is needed");
        return (float*)tensor.Data;
    }

    /// <summary>Inputs and outputs by their place at the fused node; -1 where left out.</summary>
    internal readonly record struct Ports(int X, int SequenceLengths, int InitialHidden, int InitialCell, int Y, int LastHidden, int LastCell);
}
