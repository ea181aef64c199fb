using System.Diagnostics;
using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.Kernels;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using AttributeType = DeepCompression.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace DeepCompression.OnnxRuntime;

/// <summary>Times a dense operator on stock ONNX Runtime with one thread.</summary>
internal static class DenseTimer
{
    private const int Repetitions = 5;
    private const double ReorderNanoseconds = 0.14; // a number: what a lone convolution pays to enter and leave its blocked layout

    /// <summary>Nanoseconds of a run; of a convolution, of one within a chain.</summary>
    public static double Measure(DenseWork work)
    {
        (byte[] model, long[] shape, double extra) = Build(work);
        using SessionOptions options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(model, options);
        float[] x = new float[shape.Aggregate((a, b) => a * b)];
        x.AsSpan().Fill(0.5f);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(x, shape);
        using OrtIoBinding binding = session.CreateIoBinding();
        binding.BindInput("x", input);
        binding.BindOutputToDevice("y", OrtMemoryInfo.DefaultInstance);
        using RunOptions run = new();
        session.RunWithBinding(run, binding);

        double best = double.PositiveInfinity;
        for (int i = 0; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            session.RunWithBinding(run, binding);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }

        return Math.Max(best - extra, best / 2);
    }

    private static (byte[] Model, long[] Shape, double Extra) Build(DenseWork work)
    {
        GraphProto graph = new() { Name = "dense" };
        long[] shape;
        double extra = 0;
        if (work.Geometry is ConvolutionGeometry g)
        {
            shape = [1, g.InputChannels, work.Height, work.Width];
            graph.Initializer.Add(Weight(g.OutputChannels, g.InputChannels / g.Groups, g.KernelHeight, g.KernelWidth));
            graph.Node.Add(new NodeProto
            {
                OpType = "Conv",
                Input = { "x", "w" },
                Output = { "y" },
                Attribute =
                {
                    Ints("strides", g.StrideHeight, g.StrideWidth), Ints("dilations", g.DilationHeight, g.DilationWidth),
                    Ints("pads", g.PadTop, g.PadLeft, g.PadBottom, g.PadRight),
                    new AttributeProto { Name = "group", I = g.Groups, Type = AttributeType.Int },
                },
            });
            extra = ReorderNanoseconds * (((double)g.InputChannels * work.Height * work.Width) + ((double)g.OutputChannels * g.GetOutputHeight(work.Height) * g.GetOutputWidth(work.Width)));
        }
        else if (work.Transposed is TransposedConvolutionGeometry t)
        {
            shape = [1, t.InputChannels, work.Height, work.Width];
            graph.Initializer.Add(Weight(t.InputChannels, t.OutputChannels / t.Groups, t.KernelHeight, t.KernelWidth));
            graph.Node.Add(new NodeProto
            {
                OpType = "ConvTranspose",
                Input = { "x", "w" },
                Output = { "y" },
                Attribute =
                {
                    Ints("strides", t.StrideHeight, t.StrideWidth), Ints("dilations", t.DilationHeight, t.DilationWidth), Ints("pads", t.PadTop, t.PadLeft, t.PadBottom, t.PadRight),
                    Ints("output_padding", t.OutputPaddingHeight, t.OutputPaddingWidth), new AttributeProto { Name = "group", I = t.Groups, Type = AttributeType.Int },
                },
            });
        }
        else
        {
            shape = [work.Batch, work.Inputs];
            graph.Initializer.Add(Weight(work.Inputs, work.Outputs));
            graph.Node.Add(new NodeProto { OpType = "MatMul", Input = { "x", "w" }, Output = { "y" } });
        }

        TypeProto.Types.Tensor type = new() { ElemType = (int)TensorProto.Types.DataType.Float, Shape = new TensorShapeProto() };
        type.Shape.Dim.AddRange(shape.Select(dimension => new TensorShapeProto.Types.Dimension { DimValue = dimension }));
        graph.Input.Add(new ValueInfoProto { Name = "x", Type = new TypeProto { TensorType = type } });
        graph.Output.Add(new ValueInfoProto { Name = "y", Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type.ElemType } } });
        ModelProto model = new() { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } } };
        return (model.ToByteArray(), shape, extra);
    }

    private static TensorProto Weight(params long[] shape)
    {
        float[] values = new float[shape.Aggregate((a, b) => a * b)];
        values.AsSpan().Fill(0.01f);
        return new TensorProto { Name = "w", DataType = (int)TensorProto.Types.DataType.Float, Dims = { shape }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)) };
    }

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Ints = { values }, Type = AttributeType.Ints };
}
