using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Gradients;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Tests.Gradients;

/// <summary>Compares the gradients of a node with central differences.</summary>
internal static class GradientCheck
{
    private const float Step = 0.01f; // ties and kinks of the data are at least twice as far away
    private const double Tolerance = 2e-3; // of the largest element; float32 sums limit the differences

    public static void Run(GradientCase given, int version = 17, bool training = false)
    {
        ModelProto model = given.Model(version);
        ForwardGraph forward = ForwardGraph.Prepare(model, 1, new Dictionary<string, long[]>(), static _ => true);
        GraphBuilder graph = forward.Builder;
        TrainingMode.Apply(graph, normalizeByBatch: training);

        // The function that is differentiated is the sum of all outputs, each element with a weight of its own.
        Dictionary<string, (long[] Shape, Array Values)> fed = new(given.Fed);
        Dictionary<string, string> seeds = [];
        List<KeyValuePair<string, TensorType>> inputs = [.. forward.Inputs];
        string[] outputs = [.. forward.Outputs.Where(output => graph.Types.ContainsKey(output))];
        foreach (string output in outputs)
        {
            string seed = $"seed_{output}";
            TensorType type = graph.Type(output);
            fed.Add(seed, (type.Shape, Enumerable.Range(0, (int)type.Length).Select(_ => (float)((given.Random.NextDouble() * 2) - 1)).ToArray()));
            inputs.Add(new(seed, type));
            seeds.Add(output, seed);
            graph.Types[seed] = type;
        }

        string[] wanted = [.. forward.Inputs.Where(input => input.Value.ElementType == TensorProtos.Float).Select(input => input.Key)];
        using GraphRunner values = new(ModelWriter.Write(graph, "forward", inputs, outputs, model));
        Dictionary<string, string> gradients = Differentiator.Differentiate(graph, seeds, wanted);
        foreach ((string name, string gradient) in gradients)
            graph.Publish(gradient, $"gradient_{name}", graph.Type(name));
        ModelProto backward = ModelWriter.Write(graph, "backward", inputs, gradients.Keys.Select(name => $"gradient_{name}"), model);

        Dictionary<string, float[]> found = RunTwice(backward, fed);
        Assert.NotEmpty(wanted);
        foreach (string name in wanted)
        {
            double[] expected = Differences(values, fed, outputs, name);
            float[] actual = found.TryGetValue($"gradient_{name}", out float[]? computed) ? computed : new float[expected.Length];
            Compare(expected, actual, name);
        }
    }

    private static Dictionary<string, float[]> RunTwice(ModelProto model, Dictionary<string, (long[] Shape, Array Values)> fed)
    {
        using GraphRunner runner = new(model, threads: 2);
        Dictionary<string, float[]> first = runner.Run(fed);
        Dictionary<string, float[]> second = runner.Run(fed);
        foreach ((string name, float[] values) in first)
            Assert.Equal(values, second[name]);
        return first;
    }

    private static double[] Differences(GraphRunner values, Dictionary<string, (long[] Shape, Array Values)> fed, string[] outputs, string name)
    {
        float[] x = (float[])fed[name].Values;
        double[] differences = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            float kept = x[i];
            double wide = Slope(Step);
            double narrow = Slope(Step / 2);
            x[i] = kept;

            // Richardson: the error of second order cancels.
            differences[i] = ((4 * narrow) - wide) / 3;

            double Slope(float step)
            {
                x[i] = kept + step;
                float above = x[i];
                Dictionary<string, float[]> high = values.Run(fed);
                x[i] = kept - step;
                float below = x[i];
                Dictionary<string, float[]> low = values.Run(fed);
                return outputs.Sum(output => Sum((float[])fed[$"seed_{output}"].Values, high[output], low[output])) / ((double)above - below);
            }
        }

        return differences;
    }

    private static double Sum(float[] seed, float[] high, float[] low)
    {
        double sum = 0;
        for (int i = 0; i < seed.Length; i++)
            sum += seed[i] * ((double)high[i] - low[i]);
        return sum;
    }

    private static void Compare(double[] expected, float[] actual, string name)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = Math.Max(expected.Max(Math.Abs), 0.1);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(expected[i] - actual[i]);
            Assert.True(error <= Tolerance * largest, $"Gradient of {name}, element {i}: found {actual[i]}, expected {expected[i]}; the largest is {largest}.");
        }
    }
}
