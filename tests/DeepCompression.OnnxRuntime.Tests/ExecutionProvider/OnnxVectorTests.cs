using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.WeightSharing;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>The ONNX operator tests of Debian's <c>libonnx-testdata</c>, with their weights turned into nodes of ours.</summary>
[Collection(ProviderCollection.Name)]
public sealed class OnnxVectorTests
{
    private const string Folder = "/usr/share/libonnx-testdata/data/node";

    // name, whether there is a kernel for it
    private static readonly (string Name, bool IsClaimed)[] _cases =
    [
        ("test_basic_conv_with_padding", true), ("test_basic_conv_without_padding", true), ("test_conv_with_autopad_same", true),
        ("test_convtranspose", true), ("test_convtranspose_1d", true), ("test_convtranspose_3d", false), ("test_convtranspose_autopad_same", true),
        ("test_convtranspose_dilations", true), ("test_convtranspose_kernel_shape", true), ("test_convtranspose_output_shape", true),
        ("test_convtranspose_pad", true), ("test_convtranspose_pads", true), ("test_convtranspose_with_kernel", true),
        ("test_conv_with_strides_and_asymmetric_padding", true), ("test_conv_with_strides_no_padding", true), ("test_conv_with_strides_padding", true),
        ("test_gemm_all_attributes", false), ("test_gemm_alpha", true), ("test_gemm_beta", true), ("test_gemm_default_matrix_bias", false),
        ("test_gemm_default_no_bias", true), ("test_gemm_default_scalar_bias", true), ("test_gemm_default_single_elem_vector_bias", true),
        ("test_gemm_default_vector_bias", true), ("test_gemm_default_zero_bias", true), ("test_gemm_transposeA", false), ("test_gemm_transposeB", true),
        ("test_gru_defaults", true), ("test_gru_seq_length", true), ("test_gru_with_initial_bias", true),
        ("test_lstm_defaults", true), ("test_lstm_with_initial_bias", true), ("test_lstm_with_peepholes", false),
        ("test_matmul_2d", true), ("test_matmul_3d", false), ("test_matmul_4d", false),
    ];

    [ProviderFact(Folder)]
    public void Run_OperatorVectors_GiveTheirOutputs()
    {
        foreach ((string name, bool isClaimed) in _cases)
        {
            DeepCompressionReport report = Run(Path.Combine(Folder, name), name);
            Assert.True(report.Decisions.Any(decision => decision is { IsClaimed: true, IsDecodedOnly: false }) == isClaimed, $"{name}:\n{report}");
        }
    }

    private static DeepCompressionReport Run(string folder, string name)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));
        proto.IrVersion = Math.Max(proto.IrVersion, 8);
        GraphProto graph = proto.Graph;
        TensorProto Read(string file) => TensorProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "test_data_set_0", file)));

        // All but the first input become constants, as in a trained model.
        float[] x = Values(Read("input_0.pb"));
        long[] shape = [.. Read("input_0.pb").Dims];
        string input = graph.Input[0].Name;
        for (int i = graph.Input.Count - 1; i > 0; i--)
        {
            TensorProto constant = Read($"input_{i}.pb");
            constant.Name = graph.Input[i].Name;
            graph.Initializer.Add(constant);
            graph.Input.RemoveAt(i);
        }

        // Packed whether that is smaller or not: these weights are tiny.
        OnnxModel compressed = new(proto, name);
        NodeProto node = graph.Node[0];
        WeightReplacer replacer = new(compressed);
        foreach (Weight weight in WeightWalker.Find(compressed).Where(weight => IsWeight(node, weight.Name)))
        {
            PrunedTensor stored = Pruner.Stored(weight);
            replacer.Replace(weight, NodeContent.Packed(TensorCompressor.Compress(LosslessSharer.TryShare(stored) ?? (CompressedTensor)stored).Blob));
        }

        replacer.Finish();
        float[][] actual = ProviderModels.Run(compressed, ClaimAll, out DeepCompressionReport? report, (input, x, shape));
        float[][] expected = [.. Enumerable.Range(0, graph.Output.Count).Select(i => Values(Read($"output_{i}.pb")))];
        AssertClose(expected, actual);
        return report!;
    }

    private static bool IsWeight(NodeProto node, string name) => node.Input.IndexOf(name) is int place && (place == 1 || (place == 2 && node.OpType is "LSTM" or "GRU"));

    private static float[] Values(TensorProto tensor) => tensor.RawData.Length > 0
        ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray()
        : [.. tensor.FloatData];
}
