using System.Runtime.InteropServices;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using AttributeType = DeepCompression.Onnx.Schema.AttributeProto.Types.AttributeType;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>
/// Networks of AlexNet's and LeNet-5's shape whose weights are pruned and shared as in Han et al. 2016, tables 4 and 3: density and bits a layer;
/// one of transposed convolutions, in the shape of the generator of Radford et al. 2016 ("DCGAN", figure 1, with half the channels);
/// and one of recurrent layers, for speech as that of Han et al. 2017 ("ESE", 153 features a frame, 10 % density), of two layers of half its cells.
/// The values are drawn, the zeros scattered: speed and size do not depend on what the network knows.
/// </summary>
internal sealed class PrunedNetworks
{
    private const int Seed = 20151001;

    private readonly GraphProto _graph = new() { Name = "network" };
    private readonly Random _random = new(Seed);

    private PrunedNetworks()
    {
    }

    /// <summary>Makes the dense model: input <c>data</c> 1x3x227x227, output <c>scores</c> 1x1000.</summary>
    public static OnnxModel AlexNet()
    {
        PrunedNetworks net = new();
        GraphProto graph = net._graph;
        graph.Input.Add(Value("data", 1, 3, 227, 227));
        string x = net.Pool(net.Convolution("data", "conv1", 96, 3, kernel: 11, stride: 4, pad: 0, groups: 1, density: 0.84, bits: 8));
        x = net.Pool(net.Convolution(x, "conv2", 256, 96, kernel: 5, stride: 1, pad: 2, groups: 2, density: 0.38, bits: 8));
        x = net.Convolution(x, "conv3", 384, 256, kernel: 3, stride: 1, pad: 1, groups: 1, density: 0.35, bits: 8);
        x = net.Convolution(x, "conv4", 384, 384, kernel: 3, stride: 1, pad: 1, groups: 2, density: 0.37, bits: 8);
        x = net.Pool(net.Convolution(x, "conv5", 256, 384, kernel: 3, stride: 1, pad: 1, groups: 2, density: 0.37, bits: 8));
        graph.Node.Add(new NodeProto { OpType = "Flatten", Name = "flatten", Input = { x }, Output = { "flat" } });
        x = net.Linear("flat", "fc6", 4096, 9216, density: 0.09, bits: 5, relu: true);
        x = net.Linear(x, "fc7", 4096, 4096, density: 0.09, bits: 5, relu: true);
        net.Linear(x, "fc8", 1000, 4096, density: 0.25, bits: 5, relu: false);
        return net.End(1, 1000);
    }

    /// <summary>Makes the dense model: input <c>data</c> batch x1x28x28, output <c>scores</c> batch x10.</summary>
    public static OnnxModel Lenet5(int batch)
    {
        PrunedNetworks net = new();
        GraphProto graph = net._graph;
        graph.Input.Add(Value("data", batch, 1, 28, 28));
        string x = net.Pool(net.Convolution("data", "conv1", 20, 1, kernel: 5, stride: 1, pad: 0, groups: 1, density: 0.66, bits: 8), size: 2);
        x = net.Pool(net.Convolution(x, "conv2", 50, 20, kernel: 5, stride: 1, pad: 0, groups: 1, density: 0.12, bits: 8), size: 2);
        graph.Node.Add(new NodeProto { OpType = "Flatten", Name = "flatten", Input = { x }, Output = { "flat" } });
        x = net.Linear("flat", "fc1", 500, 800, density: 0.08, bits: 5, relu: true);
        net.Linear(x, "fc2", 10, 500, density: 0.19, bits: 5, relu: false);
        return net.End(batch, 10);
    }

    /// <summary>Makes the dense model: input <c>data</c> 1x100x1x1, output <c>scores</c>, an image 1x3x64x64.</summary>
    public static OnnxModel Generator(double density)
    {
        PrunedNetworks net = new();
        net._graph.Input.Add(Value("data", 1, 100, 1, 1));
        string x = net.Transposed("data", "up1", 512, 100, stride: 1, pad: 0, density);
        x = net.Transposed(x, "up2", 256, 512, stride: 2, pad: 1, density);
        x = net.Transposed(x, "up3", 128, 256, stride: 2, pad: 1, density);
        x = net.Transposed(x, "up4", 64, 128, stride: 2, pad: 1, density);
        net.Transposed(x, "up5", 3, 64, stride: 2, pad: 1, density);
        net._graph.Node[^1].OpType = "Tanh";
        return net.End(1, 3, 64, 64);
    }

    /// <summary>Makes the dense model: input <c>data</c> frames x1x153, output <c>scores</c> frames x1x1000.</summary>
    public static OnnxModel Speech(int frames, double density)
    {
        const int Features = 153, Cells = 512, Classes = 1000;
        PrunedNetworks net = new();
        GraphProto graph = net._graph;
        graph.Input.Add(Value("data", frames, 1, Features));
        graph.Initializer.Add(new TensorProto { Name = "direction", DataType = (int)DataType.Int64, Dims = { 1 }, Int64Data = { 1 } });
        string x = net.Recurrent("data", "lstm1", Cells, Features, density);
        x = net.Recurrent(x, "lstm2", Cells, Cells, density);
        net.Weights("classes", Classes, density, bits: 5, Cells, Classes);
        net.Bias("classes", Classes);
        graph.Node.Add(new NodeProto { OpType = "MatMul", Name = "classes", Input = { x, "classes.weight" }, Output = { "classes.sums" } });
        graph.Node.Add(new NodeProto { OpType = "Add", Name = "classes.add", Input = { "classes.sums", "classes.bias" }, Output = { "classes.out" } });
        return net.End(frames, 1, Classes);
    }

    private OnnxModel End(params long[] scores)
    {
        _graph.Node[^1].Output[0] = "scores";
        _graph.Output.Add(Value("scores", scores));
        return new OnnxModel(new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } }, Graph = _graph });
    }

    private string Convolution(string x, string name, int outputs, int inputs, int kernel, int stride, int pad, int groups, double density, int bits)
    {
        Weights(name, outputs, density, bits, outputs, inputs / groups, kernel, kernel);
        Bias(name, outputs);
        _graph.Node.Add(new NodeProto
        {
            OpType = "Conv",
            Name = name,
            Input = { x, name + ".weight", name + ".bias" },
            Output = { name + ".out" },
            Attribute = { Ints("kernel_shape", kernel, kernel), Ints("strides", stride, stride), Ints("pads", pad, pad, pad, pad), Int("group", groups) },
        });
        return Relu(name);
    }

    private string Transposed(string x, string name, int outputs, int inputs, int stride, int pad, double density)
    {
        const int Kernel = 4, Bits = 5;
        Weights(name, outputs, density, Bits, inputs, outputs, Kernel, Kernel);
        Bias(name, outputs);
        _graph.Node.Add(new NodeProto
        {
            OpType = "ConvTranspose",
            Name = name,
            Input = { x, name + ".weight", name + ".bias" },
            Output = { name + ".out" },
            Attribute = { Ints("kernel_shape", Kernel, Kernel), Ints("strides", stride, stride), Ints("pads", pad, pad, pad, pad) },
        });
        return Relu(name);
    }

    private string Recurrent(string x, string name, int cells, int inputs, double density)
    {
        const int Gates = 4, Bits = 5;
        Weights(name + ".w", Gates * cells, density, Bits, 1, Gates * cells, inputs);
        Weights(name + ".r", Gates * cells, density, Bits, 1, Gates * cells, cells);
        Bias(name, 1, 2 * Gates * cells);
        _graph.Node.Add(new NodeProto { OpType = "LSTM", Name = name, Input = { x, name + ".w.weight", name + ".r.weight", name + ".bias" }, Output = { name + ".all" }, Attribute = { Int("hidden_size", cells) } });
        _graph.Node.Add(new NodeProto { OpType = "Squeeze", Name = name + ".squeeze", Input = { name + ".all", "direction" }, Output = { name + ".out" } });
        return name + ".out";
    }

    private string Linear(string x, string name, int outputs, int inputs, double density, int bits, bool relu)
    {
        Weights(name, outputs, density, bits, outputs, inputs);
        Bias(name, outputs);
        _graph.Node.Add(new NodeProto { OpType = "Gemm", Name = name, Input = { x, name + ".weight", name + ".bias" }, Output = { name + ".out" }, Attribute = { Int("transB", 1) } });
        return relu ? Relu(name) : name + ".out";
    }

    private string Relu(string name)
    {
        _graph.Node.Add(new NodeProto { OpType = "Relu", Name = name + ".relu", Input = { name + ".out" }, Output = { name + ".active" } });
        return name + ".active";
    }

    private string Pool(string x, int size = 3)
    {
        _graph.Node.Add(new NodeProto { OpType = "MaxPool", Name = x + ".pool", Input = { x }, Output = { x + ".pooled" }, Attribute = { Ints("kernel_shape", size, size), Ints("strides", 2, 2) } });
        return x + ".pooled";
    }

    private void Weights(string name, int outputs, double density, int bits, params long[] shape)
    {
        int inputs = (int)(shape.Aggregate((a, b) => a * b) / outputs);
        float scale = (float)Math.Sqrt(2 / (inputs * density));
        float[] centroids = new float[(1 << bits) - 1];
        for (int i = 0; i < centroids.Length; i++)
            centroids[i] = scale * (float)((2.0 * (i + 0.5) / centroids.Length) - 1) * 1.7f;

        float[] values = new float[outputs * inputs];
        for (int i = 0; i < values.Length; i++)
            values[i] = _random.NextDouble() < density ? centroids[_random.Next(centroids.Length)] : 0;
        _graph.Initializer.Add(Tensor(name + ".weight", values, shape));
    }

    private void Bias(string name, params long[] shape) =>
        _graph.Initializer.Add(Tensor(name + ".bias", [.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)_random.NextDouble() * 0.1f)], shape));

    private static TensorProto Tensor(string name, float[] values, params long[] shape) =>
        new() { Name = name, DataType = (int)DataType.Float, Dims = { shape }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)) };

    private static AttributeProto Int(string name, long value) => new() { Name = name, I = value, Type = AttributeType.Int };

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Ints = { values }, Type = AttributeType.Ints };

    private static ValueInfoProto Value(string name, params long[] shape)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)DataType.Float, Shape = new TensorShapeProto() };
        tensor.Shape.Dim.AddRange(shape.Select(dimension => new TensorShapeProto.Types.Dimension { DimValue = dimension }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
