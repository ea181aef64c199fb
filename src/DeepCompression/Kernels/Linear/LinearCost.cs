namespace DeepCompression.Kernels;

/// <summary>
/// What products with a weight matrix cost in nanoseconds on one thread. Fitted to layers of 120 x 240 to 4096 x 9216, densities 0.1 to
/// 0.6 and batches 1 to 128, against ONNX Runtime on an AVX-512 machine: what the formulas miss is within 30 % but for
/// dense layers of a few rows, which are dearer than said here. Steps of recurrent layers: LSTM and GRU of 32 to 512 units, densities
/// 0.1 to 0.7, within 5 % for sparse weights and 30 % for dense ones.
/// </summary>
internal static class LinearCost
{
    private const long SecondLevel = 4L << 20;             // bytes: weights that stay near the core from run to run
    private const long ThirdLevel = 24L << 20;             // bytes: weights that stay in the last cache
    private const double DenseCall = 700;                  // a call of an operator of ONNX Runtime
    private const double OwnCall = 1_500;                  // the same through an execution provider
    private const double DenseMultiplyAdd = 1 / 85.0;      // blocked matrix products
    private const double Slot = 0.06;                      // an entry of the sliding layout, or a lane of it that is empty
    private const double WindowLoss = 0.045;               // empty lanes a weight, as a density
    private const double SlidingOutput = 1.9;              // a row of the weights, to gather its lanes
    private const double LanesMultiplyAdd = 0.034;         // sparse x matrix
    private const double LanesNumber = 0.35;               // a number of x or y, to put the batch into the lanes and back
    private const double LanesCall = 6_000;
    private const int LanesBatch = 16;                     // batches are computed in multiples of it
    private const int LargestSliding = 8;                  // the batch up to which rows of x are taken one by one
    private const double LookUp = 0.0195;                  // a weight whose codebook stays in registers, a row of x
    private const double LookUpOutput = 2.5;
    private const double Gather = 0.15;                    // a weight whose centroid is gathered from memory; serves four rows of x
    private const double GatherMultiplyAdd = 0.008;
    private const int RowsAGather = 4;
    private const int LargestInRegisters = 32;             // centroids
    private const double StepSlot = 0.03;                  // as Slot, of weights that the step before has read too
    private const double StepCall = 80;                    // a step of a recurrent layer
    private const double GateUnit = 1.1;                   // an activation of it, and gathering its lanes
    private const double DenseGateUnit = 0.6;

    public static double Dense(long weights, int batch) => DenseCall + Math.Max(weights * batch * DenseMultiplyAdd, Stream(weights * sizeof(float)));

    public static double Sparse(long nonZeros, int outputs, int inputs, int batch)
    {
        double sliding = batch * SlidingRow(nonZeros, outputs, inputs);
        if (batch <= LargestSliding)
            return OwnCall + Math.Max(sliding, Stream(BytesOf(nonZeros)));
        double padded = (batch + LanesBatch - 1) / LanesBatch * LanesBatch;
        return LanesCall + Math.Max(nonZeros * padded * LanesMultiplyAdd, Stream(BytesOf(nonZeros))) + (((double)inputs + outputs) * batch * LanesNumber);
    }

    public static double Shared(int codebookSize, int outputs, int inputs, int batch)
    {
        double weights = (double)outputs * inputs;
        double compute = codebookSize <= LargestInRegisters
            ? batch * ((weights * LookUp) + (outputs * LookUpOutput))
            : weights * (((batch + RowsAGather - 1) / RowsAGather * Gather) + (batch * GatherMultiplyAdd));
        return OwnCall + Math.Max(compute, Stream(weights));
    }

    // The inputs of all steps are one product; the recurrent weights are read in every step.
    public static double DenseStep(long inputWeights, long recurrentWeights, int units) =>
        (inputWeights * DenseMultiplyAdd) + Stream(recurrentWeights * sizeof(float)) + (units * DenseGateUnit);

    public static double SparseStep(long nonZeros, long weights, int units) =>
        StepCall + Math.Max((nonZeros + (WindowLoss * weights)) * StepSlot, Stream(BytesOf(nonZeros))) + (units * GateUnit);

    private static double SlidingRow(long nonZeros, int outputs, int inputs) =>
        ((nonZeros + (WindowLoss * outputs * inputs)) * Slot) + (outputs * SlidingOutput);

    private static double BytesOf(long nonZeros) => nonZeros * 2.6;

    // Reading so many bytes that were last read a run ago.
    private static double Stream(double bytes) => bytes / (bytes <= SecondLevel ? 85 : bytes <= ThirdLevel ? 55 : 12);
}
