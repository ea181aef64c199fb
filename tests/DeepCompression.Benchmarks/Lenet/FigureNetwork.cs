using DeepCompression.LowRank;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;
using DeepCompression.WeightSharing;
using Google.Protobuf;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>LeNet-300-100 as it is trained, compressed and measured for the figures of the paper, with one seed.</summary>
internal sealed class FigureNetwork
{
    private const int DenseEpochs = 6;
    private const double PruningRate = 2e-3;

    private static readonly string[] _matrices = ["fc1.weight", "fc2.weight", "fc3.weight"];

    private readonly LenetRecipe _recipe = Recipes.LeNet300100 with { DenseEpochs = DenseEpochs };
    private readonly IBatchSource _training;
    private readonly IBatchSource _validation;
    private readonly int _seed;

    public FigureNetwork(LenetData data, int seed)
    {
        _seed = seed;
        (_training, _validation) = data.HoldOut(seed);
        Dense = LenetRun.TrainDense(_recipe, _training, seed);
        DenseError = Error(Dense);
    }

    public ModelProto Dense { get; }

    /// <summary>In percent, as all errors here.</summary>
    public double DenseError { get; }

    public double Error(ModelProto model) => LenetRun.Error(model, _validation);

    public ModelProto Prune(double sparsity) =>
        PrunedTraining.Run(Dense, _training, new PruneOptions { Sparsity = sparsity, Epochs = 8, Feedback = false }, LenetRun.SmallOptions(_recipe with { Rate = PruningRate }, Dense, _seed)).Model;

    public ModelProto Share(ModelProto model, int bits, CentroidInitialization start, int epochs) =>
        SharedTraining.Run(model, _training, new ShareOptions { Bits = bits, Initialization = start, Epochs = epochs }, LenetRun.SmallOptions(_recipe, Dense, _seed)).Model;

    /// <summary>The size of the packed file in percent of the dense one, and the error.</summary>
    public FigurePoint Pack(ModelProto model)
    {
        OnnxModel packed = ModelCompressor.Compress(new OnnxModel(model), LenetRun.Packing).Model;
        return new FigurePoint(100.0 * packed.ToBytes().Length / model.CalculateSize(), Error(model));
    }

    /// <summary>Every matrix by factors that take a share of its numbers; not retrained.</summary>
    public FigurePoint Factor(double share)
    {
        ModelProto model = Dense.Clone();
        long bytes = model.CalculateSize();
        foreach (TensorProto tensor in model.Graph.Initializer.Where(tensor => _matrices.Contains(tensor.Name)))
        {
            int rows = (int)tensor.Dims[0], columns = (int)tensor.Dims[1];
            int rank = Math.Max(1, TruncatedSvd.RankOfShare(rows, columns, share));
            LowRankFactors factors = TruncatedSvd.Factor(new PrunedTensor(ElementType.Float32, new TensorShape(rows, columns), tensor.RawData.ToByteArray()), rank);
            bytes += factors.Bytes - tensor.RawData.Length;
            tensor.RawData = ByteString.CopyFrom(factors.Reconstruct().Values.Span);
        }

        return new FigurePoint(100.0 * bytes / Dense.CalculateSize(), Error(model));
    }
}
