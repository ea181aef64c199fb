using DeepCompression.Onnx.Schema;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.Training.Tests.Sessions;

/// <summary>Models from elsewhere can be trained: every gradient is there and finite, and steps along it lower the loss.</summary>
public sealed class RealModelTests
{
    [FileFact("tiny-darknet/tiny-darknet.onnx")]
    public void Step_TinyDarknet_LowersTheLoss() => Train("tiny-darknet/tiny-darknet.onnx", new() { ["data"] = [1, 3, 96, 96] }, 0.01f);

    [FileFact("squeezenet-dc/squeezenet1.0-han-dc.onnx")]
    public void Step_SqueezeNet_LowersTheLoss() => Train("squeezenet-dc/squeezenet1.0-han-dc.onnx", new() { ["data"] = [1, 3, 67, 67] }, 1e-3f);

    [FileFact("mnist-cnn/mnist_cnn-8bit.onnx")]
    public void Step_MnistCnn_LowersTheLoss() => Train("mnist-cnn/mnist_cnn-8bit.onnx", [], 0.01f);

    [FileFact("char-rnn/charrnn-shakespeare.onnx")]
    public void Step_CharacterModel_LowersTheLoss() => Train("char-rnn/charrnn-shakespeare.onnx",
        new() { ["ids"] = [8, 2], ["h0_in"] = [1, 2, 128], ["c0_in"] = [1, 2, 128], ["h1_in"] = [1, 2, 128], ["c1_in"] = [1, 2, 128] }, 0.1f);

    [FileFact("artifacts/models/ch_PP-OCRv4_rec_infer.onnx")]
    public void Step_TextRecognizer_LowersTheLoss() => Train("artifacts/models/ch_PP-OCRv4_rec_infer.onnx", new() { ["x"] = [1, 3, 48, 64] }, 0.01f);

    // One of its blocks has a gate that is shut for this picture: nothing flows back to the block's four weights.
    [FileFact("artifacts/models/ch_PP-OCRv4_det_infer.onnx")]
    public void Step_TextDetector_LowersTheLoss() => Train("artifacts/models/ch_PP-OCRv4_det_infer.onnx", new() { ["x"] = [1, 3, 64, 64] }, 1e-3f, Loss.BinaryCrossEntropy, still: 4);

    [FileFact("artifacts/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")]
    public void Step_TextDirectionClassifier_LowersTheLoss() => Train("artifacts/models/ch_ppocr_mobile_v2.0_cls_infer.onnx", new() { ["x"] = [1, 3, 48, 64] }, 0.01f);

    private static void Train(string name, Dictionary<string, long[]> shapes, float rate, Loss? loss = null, int still = 0)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(FileFactAttribute.Locate(name)));
        TrainingModel training = TrainingModel.Build(model, new TrainingOptions { Loss = loss ?? Loss.SoftmaxCrossEntropy, BatchSize = 1, InputShapes = shapes, NormalizeByBatch = false });
        using TrainingSession session = new(training, new SessionSettings { MaxGradientNorm = 1, Optimizer = new Sgd { Momentum = 0 } });
        Random random = new(1);
        foreach (TrainingInput input in training.Inputs)
        {
            if (input.ElementType == TensorElementType.Float)
            {
                foreach (ref float value in session.Input<float>(input.Name))
                    value = (float)random.NextDouble() - 0.5f;
            }
            else
            {
                foreach (ref long value in session.Input<long>(input.Name))
                    value = random.Next(40);
            }
        }

        if (loss is null)
            session.Labels<long>().Fill(1);
        else
            session.Labels<float>().Fill(0.5f);
        float first = session.Step(rate).Loss;
        Assert.All(session.Weights, weight => Assert.All(weight.Gradient.ToArray(), value => Assert.True(float.IsFinite(value))));
        Assert.Equal(still, session.Weights.Count(weight => weight.Gradient.IndexOfAnyExcept(0f) < 0));
        float last = first;
        for (int i = 0; i < 4; i++)
            last = session.Step(rate).Loss;
        Assert.True(last < first, $"{name}: {first} became {last}.");
    }
}
