using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;

// A model made by hand, packed and unpacked.
GraphProto graph = new() { Name = "g" };
graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 64, 64 }, FloatData = { Enumerable.Range(0, 64 * 64).Select(i => (float)(i % 16)) } });
graph.Input.Add(new ValueInfoProto { Name = "x" });
graph.Output.Add(new ValueInfoProto { Name = "y" });
graph.Node.Add(new NodeProto { OpType = "MatMul", Name = "product", Input = { "x", "w" }, Output = { "y" } });
OnnxModel model = new(new ModelProto { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 17 } } });

CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions());
Weight weight = WeightWalker.Find(ModelUnpacker.Unpack(result.Model)).Single();
if (!weight.Read().Span.SequenceEqual(WeightWalker.Find(model).Single().Read().Span))
    throw new InvalidOperationException("The packed model does not yield the weight.");
Console.WriteLine($"{model.ToBytes().Length:#,0} -> {result.Model.ToBytes().Length:#,0} bytes");
