namespace DeepCompression.Training.Tests.Gradients;

/// <summary>
/// Conv 3x3 with pads of 1, Relu, MaxPool 2x2, a fully connected layer and softmax cross-entropy, forward and backward in double and
/// in plain loops. Layouts are those of ONNX.
/// </summary>
internal sealed class NaiveNetwork(int batch, int channels, int size, int filters, int classes)
{
    private readonly int _half = size / 2;

    public double Loss { get; private set; }

    public double[] KernelGradient { get; } = new double[filters * channels * 9];

    public double[] KernelBiasGradient { get; } = new double[filters];

    public double[] MatrixGradient { get; } = new double[classes * filters * (size / 2) * (size / 2)];

    public double[] MatrixBiasGradient { get; } = new double[classes];

    public void Run(float[] x, long[] labels, float[] kernel, float[] kernelBias, float[] matrix, float[] matrixBias)
    {
        for (int n = 0; n < batch; n++)
        {
            double[] convolved = Convolve(x, n, kernel, kernelBias);
            (double[] pooled, int[] from) = Pool(convolved);
            double[] error = Classify(pooled, (int)labels[n], matrix, matrixBias);
            double[] back = new double[convolved.Length];
            for (int i = 0; i < pooled.Length; i++)
            {
                double sum = 0;
                for (int k = 0; k < classes; k++)
                {
                    sum += error[k] * matrix[(k * pooled.Length) + i];
                    MatrixGradient[(k * pooled.Length) + i] += error[k] * pooled[i];
                }

                // Relu lets the gradient through where the value is above 0.
                back[from[i]] += pooled[i] > 0 ? sum : 0;
            }

            for (int k = 0; k < classes; k++)
                MatrixBiasGradient[k] += error[k];
            AddKernelGradient(x, n, back);
        }
    }

    private double[] Convolve(float[] x, int n, float[] kernel, float[] bias)
    {
        double[] y = new double[filters * size * size];
        for (int f = 0; f < filters; f++)
        {
            for (int position = 0; position < size * size; position++)
            {
                double sum = bias[f];
                for (int tap = 0; tap < channels * 9; tap++)
                    sum += kernel[(f * channels * 9) + tap] * Read(x, n, tap, position);
                y[(f * size * size) + position] = Math.Max(sum, 0);
            }
        }

        return y;
    }

    private double Read(float[] x, int n, int tap, int position)
    {
        int row = (position / size) + (tap % 9 / 3) - 1;
        int column = (position % size) + (tap % 3) - 1;
        bool outside = row < 0 || row >= size || column < 0 || column >= size;
        return outside ? 0 : x[(((n * channels) + (tap / 9)) * size * size) + (row * size) + column];
    }

    private (double[] Pooled, int[] From) Pool(double[] y)
    {
        double[] pooled = new double[filters * _half * _half];
        int[] from = new int[pooled.Length];
        for (int i = 0; i < pooled.Length; i++)
        {
            int start = (i / (_half * _half) * size * size) + (i % (_half * _half) / _half * 2 * size) + (i % _half * 2);
            from[i] = new[] { start, start + 1, start + size, start + size + 1 }.MaxBy(place => y[place]);
            pooled[i] = y[from[i]];
        }

        return (pooled, from);
    }

    /// <summary>Adds the sample's share to the loss, and gives the gradient of the mean loss by the logits.</summary>
    private double[] Classify(double[] pooled, int label, float[] matrix, float[] bias)
    {
        double[] logits = [.. Enumerable.Range(0, classes).Select(k => bias[k] + pooled.Select((value, i) => value * matrix[(k * pooled.Length) + i]).Sum())];
        double total = logits.Sum(Math.Exp);
        Loss += (Math.Log(total) - logits[label]) / batch;
        return [.. logits.Select((logit, k) => ((Math.Exp(logit) / total) - (k == label ? 1 : 0)) / batch)];
    }

    private void AddKernelGradient(float[] x, int n, double[] back)
    {
        for (int f = 0; f < filters; f++)
        {
            for (int position = 0; position < size * size; position++)
            {
                double slope = back[(f * size * size) + position];
                KernelBiasGradient[f] += slope;
                for (int tap = 0; tap < channels * 9; tap++)
                    KernelGradient[(f * channels * 9) + tap] += slope * Read(x, n, tap, position);
            }
        }
    }
}
