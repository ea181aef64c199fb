using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Models;

/// <summary>The networks of the papers, untrained, as ordinary ONNX models whose weights are drawn from a seed.</summary>
public static class Networks
{
    /// <summary>LeNet-300-100: three fully connected layers, 266,610 parameters (Han et al. 2016, section 5.1).</summary>
    /// <param name="seed">The seed of the weights.</param>
    /// <returns>Input <c>data</c>: float32 (batch, 1, 28, 28). Output <c>logits</c>: (batch, 10). Weights <c>fc1.weight</c> (300, 784) and so on, row-major.</returns>
    public static ModelProto LeNet300100(int seed = 1)
    {
        NetworkWriter net = new("LeNet-300-100", seed);
        string x = net.Node("Flatten", "flat", net.Input("data", TensorProtos.Float, 0, 1, 28, 28));
        x = net.Node("Relu", "relu1", net.Dense("fc1", x, 28 * 28, 300));
        x = net.Node("Relu", "relu2", net.Dense("fc2", x, 300, 100));
        return net.Finish(net.Node("Identity", "logits", net.Dense("fc3", x, 100, 10)), 0, 10);
    }

    /// <summary>LeNet-5 as in Caffe: two convolutions and two fully connected layers, 431,080 parameters (Han et al. 2016, section 5.1).</summary>
    /// <param name="seed">The seed of the weights.</param>
    /// <returns>Input <c>data</c>: float32 (batch, 1, 28, 28). Output <c>logits</c>: (batch, 10). Weights <c>conv1.weight</c> (20, 1, 5, 5) and so on, row-major.</returns>
    public static ModelProto LeNet5(int seed = 1)
    {
        NetworkWriter net = new("LeNet-5", seed);
        string x = net.Conv("conv1", net.Input("data", TensorProtos.Float, 0, 1, 28, 28), 1, 20, 5);
        x = Halve(net, "pool1", x);
        x = Halve(net, "pool2", net.Conv("conv2", x, 20, 50, 5));
        x = net.Node("Relu", "relu1", net.Dense("fc1", net.Node("Flatten", "flat", x), 800, 500));
        return net.Finish(net.Node("Identity", "logits", net.Dense("fc2", x, 500, 10)), 0, 10);
    }

    /// <summary>A residual network of eight layers (He et al. 2016, section 4.2, with one block a stage): 16, 32 and 64 channels.</summary>
    /// <param name="channels">Channels of the images: 1 for digits, 3 for colour.</param>
    /// <param name="size">Rows and columns of the images.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <returns>Input <c>data</c>: float32 (batch, channels, size, size). Output <c>logits</c>: (batch, classes).</returns>
    public static ModelProto SmallResNet(int channels = 1, int size = 28, int classes = 10, int seed = 1)
    {
        NetworkWriter net = new("ResNet-8", seed);
        string x = net.Conv("conv1", net.Input("data", TensorProtos.Float, 0, channels, size, size), channels, 16, 3, bias: false);
        x = net.Node("Relu", "relu1", net.BatchNormalization("norm1", x, 16));
        x = Block(net, "block1", x, 16, 16);
        x = Block(net, "block2", x, 16, 32);
        x = Block(net, "block3", x, 32, 64);
        x = net.Node("Flatten", "flat", net.Node("GlobalAveragePool", "pool", x));
        return net.Finish(net.Node("Identity", "logits", net.Dense("fc", x, 64, classes)), 0, classes);
    }

    /// <summary>A character model: an embedding, two LSTM layers and a fully connected layer.</summary>
    /// <param name="characters">Size of the alphabet.</param>
    /// <param name="length">Characters a sample.</param>
    /// <param name="hidden">Units of each layer and size of an embedding.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <returns>Input <c>ids</c>: int64 (batch, length). Output <c>logits</c>: (batch, length, characters).</returns>
    public static ModelProto CharacterLstm(int characters = 65, int length = 50, int hidden = 128, int seed = 1)
    {
        NetworkWriter net = new("character LSTM", seed);
        string ids = net.Node("Transpose", "time_major", [net.Input("ids", TensorProtos.Int64, 0, length)], ("perm", (long[])[1, 0]));
        string x = net.Node("Gather", "embedded", net.Uniform("embedding", 0.1, characters, hidden), ids);
        x = Lstm(net, "lstm1", x, hidden);
        x = Lstm(net, "lstm2", x, hidden);
        x = net.Node("Transpose", "batch_major", [x], ("perm", (long[])[1, 0, 2]));
        string product = net.Node("MatMul", "product", x, net.Uniform("fc.weight", Math.Sqrt(6.0 / (hidden + characters)), hidden, characters));
        return net.Finish(net.Node("Add", "logits", product, net.Fill("fc.bias", 0, characters)), 0, length, characters);
    }

    private static string Halve(NetworkWriter net, string name, string x) =>
        net.Node("MaxPool", name, [x], ("kernel_shape", (long[])[2, 2]), ("strides", (long[])[2, 2]));

    private static string Block(NetworkWriter net, string name, string x, long inputs, long outputs)
    {
        long stride = outputs / inputs;
        string y = net.BatchNormalization($"{name}.norm1", net.Conv($"{name}.conv1", x, inputs, outputs, 3, stride, bias: false), outputs);
        y = net.Conv($"{name}.conv2", net.Node("Relu", $"{name}.relu1", y), outputs, outputs, 3, bias: false);
        y = net.BatchNormalization($"{name}.norm2", y, outputs);
        string skip = stride == 1 ? x : net.BatchNormalization($"{name}.norm3", net.Conv($"{name}.conv3", x, inputs, outputs, 1, stride, bias: false), outputs);
        return net.Node("Relu", $"{name}.relu2", net.Node("Add", $"{name}.sum", y, skip));
    }

    private static string Lstm(NetworkWriter net, string name, string x, int hidden)
    {
        double bound = 1 / Math.Sqrt(hidden);
        string y = net.Node("LSTM", $"{name}.all",
            [x, net.Uniform($"{name}.W", bound, 1, 4 * hidden, hidden), net.Uniform($"{name}.R", bound, 1, 4 * hidden, hidden), net.Fill($"{name}.B", 0, 1, 8 * hidden)],
            ("hidden_size", (long)hidden));
        return net.Node("Squeeze", name, y, net.Ints($"{name}.axes", 1));
    }
}
