using System.Runtime.InteropServices;
using System.Text.Json;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Cli.Tests;

/// <summary>Runs the tool in this process, in a folder of its own that holds a small model.</summary>
internal sealed class Tool : IDisposable
{
    private static readonly string[] _fileExtensions = [".onnx", ".json", ".npz", ".npy", ".csv"];

    public Tool()
    {
        File.WriteAllBytes(this["model.onnx"], Mlp().ToByteArray());
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("deepcompress-").FullName;

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>Runs the tool; an argument that ends like a file name is a file of the folder.</summary>
    public int Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] located = [.. args.Select(a => a == "samples/" || _fileExtensions.Contains(Path.GetExtension(a)) ? this[a] : a)];
        int code = CommandLine.Run(located, new CommandConsole(output, error, outputIsTerminal: false, errorIsTerminal: false));
        (Output, Error) = (output.ToString(), error.ToString());
        return code;
    }

    public JsonElement Json() => JsonDocument.Parse(Output).RootElement;

    /// <summary>y = relu(x A + a) B + b with seeded normal weights: 32 inputs, 64 hidden, 10 outputs.</summary>
    public static ModelProto Mlp(bool shared = false)
    {
        var random = new Random(3);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ =>
        {
            double value = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) / 8;
            return (float)(shared ? Math.Abs(value) < 0.12 ? 0 : Math.Round(value * 40) / 40 : value);
        })];

        return new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Version = 17 } },
            Graph = new GraphProto
            {
                Name = "mlp",
                Input = { Value("x", 32) },
                Output = { Value("y", 10) },
                Initializer = { Tensor("A", Numbers(32 * 64), 32, 64), Tensor("a", Numbers(64), 64), Tensor("B", Numbers(640), 64, 10), Tensor("b", Numbers(10), 10) },
                Node =
                {
                    new NodeProto { OpType = "Gemm", Name = "first", Input = { "x", "A", "a" }, Output = { "h" } },
                    new NodeProto { OpType = "Relu", Name = "relu", Input = { "h" }, Output = { "r" } },
                    new NodeProto { OpType = "Gemm", Name = "second", Input = { "r", "B", "b" }, Output = { "y" } },
                },
            },
        };
    }

    public static byte[] Npy(params float[] values)
    {
        byte[] header = System.Text.Encoding.ASCII.GetBytes($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({values.Length / 32}, 32), }}".PadRight(117) + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)header.Length), .. header, .. MemoryMarshal.AsBytes<float>(values)];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static TensorProto Tensor(string name, float[] values, params long[] shape) => new()
    {
        Name = name,
        DataType = (int)TensorProto.Types.DataType.Float,
        Dims = { shape },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
    };

    private static ValueInfoProto Value(string name, long width) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)TensorProto.Types.DataType.Float,
                Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" }, new TensorShapeProto.Types.Dimension { DimValue = width } } },
            },
        },
    };
}
